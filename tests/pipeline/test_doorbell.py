"""Bells make it fast; without any bell it still happens, with too many only once."""

import time

import pytest
from django.db import transaction

from quizzes import wakeups
from quizzes.enums import JobState, Lane
from quizzes.models import GradeEvent, Run
from tests.chaos.holding import recording_held
from tests.live import Platform
from tests.pipeline.waiting import job_of, wait_for, wait_until_graded
from tests.trial.classroom import Seat
from trapframe.embedded import Services

pytestmark = pytest.mark.usefixtures("lawful")


def test_a_submission_is_graded_by_a_worker_that_a_bell_woke(
    seats: list[Seat], worker_processes: Platform
) -> None:
    submission = seats[0].submit().submission

    [job] = wait_until_graded([submission])
    assert job.rings == 0  # the sweeper had nothing to do with it
    assert (job.token, job.failures) == (1, 0)
    verdict = job.verdicts.get()
    assert (verdict.outcome, verdict.fraction) == ("incorrect", 0)
    assert verdict.worker == job.worker
    event = GradeEvent.objects.get()
    assert (event.submission, event.verdict) == (submission, verdict)
    runs = Run.objects.filter(params_digest=verdict.params_digest)
    assert {run.arm: run.trace_hash for run in runs} == verdict.trace_hashes


def test_when_bells_are_dropped_the_sweeper_s_are_enough(
    seats: list[Seat], worker_processes: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeups, "ring", lambda lane: False)
    submissions = [seat.submit().submission for seat in seats[:5]]

    wait_until_graded(submissions, seconds=15)


def test_every_bell_three_times_grades_once(
    seats: list[Seat], worker_processes: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = wakeups.ring
    monkeypatch.setattr(
        wakeups, "ring", lambda lane: all([ring(lane), ring(lane), ring(lane)])
    )
    submissions = [seat.submit().submission for seat in seats]

    jobs = wait_until_graded(submissions)
    assert [job.token for job in jobs] == [1] * len(seats)
    assert GradeEvent.objects.count() == len(seats)


def test_no_bell_rings_for_what_is_rolled_back(
    seats: list[Seat], worker_processes: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(wakeups, "ring", rung.append)
    with transaction.atomic():
        seats[0].submit()
        transaction.set_rollback(True)
    assert rung == []


def test_submits_are_fast_while_the_broker_is_away_and_graded_after_its_return(
    seats: list[Seat], worker_processes: Platform, services: Services
) -> None:
    wakeups.ring(Lane.INTERACTIVE)  # Celery is loaded with the first bell
    services.kill_redis()
    took, submissions = [], []
    for seat in seats:
        start = time.monotonic()
        submissions.append(seat.submit().submission)
        took.append(time.monotonic() - start)
    assert sorted(took)[len(took) // 2] < 1.0  # not one broker timeout for each
    assert all(job_of(submission).state == "queued" for submission in submissions)

    services.redis.start()
    wait_until_graded(submissions)


def test_a_worker_that_starts_before_the_broker_waits_for_it(
    seats: list[Seat], worker_processes: Platform, services: Services
) -> None:
    services.kill_redis()
    worker = worker_processes.children["worker-interactive"]
    worker.kill()
    worker.start()
    submission = seats[0].submit().submission
    time.sleep(3)
    assert worker.is_alive()
    assert job_of(submission).state == "queued"

    services.redis.start()
    wait_until_graded([submission])


def test_a_broker_that_dies_under_work_costs_no_job_and_silences_no_worker(
    seats: list[Seat], worker_processes: Platform, services: Services
) -> None:
    """Each process holds a message that it can no longer acknowledge."""
    with recording_held():
        held = []
        for seat in seats[:2]:
            held.append(seat.submit().submission)
            wait_for(held[-1], JobState.RUNNING)
        assert len({job_of(submission).worker for submission in held}) == 2
        services.kill_redis()
    graded = wait_until_graded(held)
    assert [(job.token, job.failures) for job in graded] == [(1, 0)] * 2

    services.redis.start()
    wait_until_graded([seats[2].submit().submission])
