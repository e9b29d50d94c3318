"""Workers that die, that sleep past their lease, and a job that kills them."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGCONT, SIGSTOP

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from quizzes.domain.submitting import tries_spent
from quizzes.enums import JobState, QuestionState
from quizzes.models import GradeEvent, GradingJob, Submission
from tests.chaos.holding import kill, process_of, recording_held
from tests.pipeline.conftest import QuickWorkers
from tests.pipeline.waiting import job_of, wait_for, wait_until_graded
from tests.trial.classroom import Seat
from tests.trial.stack import wait_until

pytestmark = pytest.mark.usefixtures("lawful")


def test_the_jobs_of_a_killed_process_are_taken_back_and_graded(
    seats: list[Seat], quick_workers: QuickWorkers
) -> None:
    with quick_workers():
        with recording_held():
            submission = seats[0].submit().submission
            wait_for(submission, JobState.RUNNING)
            dead = process_of(job_of(submission).worker)
            kill(dead)
        [job] = wait_until_graded([submission])
    assert job.failures == 1
    assert job.last_error == "its worker went away"
    assert process_of(job.worker) != dead


def test_a_sleeper_that_wakes_up_changes_no_grade(
    seats: list[Seat], quick_workers: QuickWorkers
) -> None:
    with quick_workers():
        with recording_held():
            submission = seats[0].submit().submission
            wait_for(submission, JobState.RUNNING)
            sleeper = process_of(job_of(submission).worker)
            os.kill(sleeper, SIGSTOP)
        [job] = wait_until_graded([submission])
        assert process_of(job.worker) != sleeper

        os.kill(sleeper, SIGCONT)
        wait_until(lambda: job.verdicts.count() == 2, "the late result", seconds=10)
    late, applied = job.verdicts.order_by("token")
    assert (late.is_superseded, applied.is_superseded) == (True, False)
    assert late.token < applied.token
    assert late.trace_hashes == applied.trace_hashes
    assert GradeEvent.objects.get().verdict == applied
    job.refresh_from_db()
    assert job.state == JobState.GRADED


def test_a_job_that_kills_its_process_three_times_is_dead_and_the_lane_moves_on(
    seats: list[Seat], quick_workers: QuickWorkers
) -> None:
    poisoned, *others = seats[:4]
    with quick_workers():
        with recording_held():
            with transaction.atomic():  # one batch
                batch = [seat.submit().submission for seat in (*others, poisoned)]
            *innocent, poison = batch
            wait_for(poison, JobState.RUNNING)
            kill(process_of(job_of(poison).worker))
        with _killing_whoever_holds(poison):
            # The others' first failure was not their fault: they run again, alone.
            assert {job.failures for job in wait_until_graded(innocent)} == {1}
            later = seats[5].submit().submission
            assert wait_until_graded([later], seconds=5)[0].failures == 0
            wait_for(poison, JobState.DEAD, seconds=60)
    job = job_of(poison)
    assert (job.failures, job.verdicts.count()) == (3, 0)
    # Nobody pays for it: the question is open again, and no try is used.
    question = poisoned.variant.instance_question
    question.refresh_from_db()
    assert question.state == QuestionState.SAVED
    assert tries_spent(poisoned.variant) == 0


@contextmanager
def _killing_whoever_holds(submission: Submission) -> Iterator[None]:
    """A job that is deadly: each process that runs it dies at once."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            job = job_of(submission)
            if job.state == JobState.RUNNING and kill(process_of(job.worker)):
                mine = GradingJob.objects.filter(pk=job.pk, token=job.token)
                mine.update(lease_until=Now())  # the test need not wait for it
            time.sleep(0.005)
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
