import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from quizzes.domain import sweeping
from quizzes.domain.clock import database_now
from quizzes.domain.drafting import save_draft
from quizzes.domain.finishing import finish_overdue
from quizzes.domain.submitting import GRACE
from quizzes.domain.sweeping import SWEEPER_LOCK, SweepReport, ring_all_lanes, sweep
from quizzes.enums import InstanceState, JobState, ProofState, QuestionState
from quizzes.models import (
    AssessmentInstance,
    GradeEvent,
    GradingJob,
    Proof,
    Submission,
)
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim, expire_leases, make_available
from tests.racing import race

pytestmark = pytest.mark.django_db

QUIET = SweepReport(acted=True)


def _age(seconds: float, **fields: Any) -> None:
    """Let every job have been queued so many seconds ago."""
    then = database_now() - timedelta(seconds=seconds)
    GradingJob.objects.update(queued_at=then, available_at=then, **fields)


def _overdue(desk: Desk, seconds: float) -> None:
    closes_at = database_now() - timedelta(seconds=seconds)
    AssessmentInstance.objects.filter(pk=desk.instance.pk).update(closes_at=closes_at)


def test_a_quiet_database_needs_nothing() -> None:
    assert sweep() == QUIET
    desk = executed_desk(time_limit_minutes=10)
    desk.submit("a")
    assert sweep() == QUIET
    claim()
    assert sweep() == QUIET
    assert GradingJob.objects.get().state == JobState.RUNNING


def test_what_a_dead_worker_held_is_taken_back() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    assert sweep() == SweepReport(acted=True, taken_back=1)
    job = GradingJob.objects.get()
    assert (job.state, job.failures) == (JobState.QUEUED, 1)
    assert job.last_error == "its worker went away"
    rest = job.available_at - database_now()
    assert timedelta(seconds=1) < rest <= timedelta(seconds=2)


def test_three_dead_workers_are_a_dead_job() -> None:
    desk = executed_desk()
    desk.submit("a")
    reports = []
    for failures in range(3):
        make_available()
        claim(suspects=failures > 0)
        expire_leases()
        report = sweep()
        reports.append((report.taken_back, report.dead))
    assert reports == [(1, 0), (1, 0), (1, 1)]
    assert GradingJob.objects.get().state == JobState.DEAD
    assert desk.question.state == QuestionState.SAVED
    assert sweep() == QUIET


def test_a_bell_that_was_lost_is_rung_again_ever_more_slowly(
    bells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    executed_desk().submit("a")
    _age(2.5)
    assert sweep() == QUIET
    _age(3.5)
    pauses = []
    for rings in range(1, 8):
        with django_capture_on_commit_callbacks(execute=True):
            assert sweep().rung == ("interactive",)
        assert sweep().rung == ()
        job = GradingJob.objects.get()
        assert job.next_ring_at is not None
        pauses.append(round((job.next_ring_at - database_now()).total_seconds()))
        assert job.rings == min(rings, 5)
        GradingJob.objects.update(next_ring_at=database_now())
    assert pauses == [3, 6, 12, 24, 48, 60, 60]
    assert bells == ["interactive"] * 7


def test_a_job_that_rested_is_rung_for_at_once() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    sweep()
    assert sweep().rung == ()
    make_available()
    assert sweep().rung == ("interactive",)


def test_each_lane_is_rung_once_for_all_its_rows() -> None:
    desk = executed_desk()
    desk.submit("a")
    executed_desk().submit("a")
    executed_desk().submit("a")
    newest = GradingJob.objects.latest("id")
    GradingJob.objects.filter(pk=newest.pk).update(lane="bulk")
    _age(10)
    assert sweep().rung == ("bulk", "interactive")


def test_proofs_are_rung_for_and_taken_back() -> None:
    version = factories.make_small_draft(factories.make_course())
    then = database_now() - timedelta(seconds=10)
    proof = Proof.objects.create(
        question_version=version,
        scenario_version=version.scenario_version,
        lane="bulk",
        queued_at=then,
        available_at=then,
    )
    assert sweep() == SweepReport(acted=True, rung=("bulk",))
    Proof.objects.update(state="running", lease_until=then)
    assert sweep() == SweepReport(acted=True, proofs_taken_back=1)
    proof.refresh_from_db()
    assert (proof.state, proof.failures) == (ProofState.QUEUED, 1)
    assert (proof.rings, proof.next_ring_at) == (0, None)


def test_an_overdue_attempt_is_closed_and_its_draft_handed_in() -> None:
    desk = executed_desk(time_limit_minutes=10)
    other = executed_desk(time_limit_minutes=10)
    save_draft(desk.variant, user=desk.learner, answer={"chosen": ["a"]}, seq=1)
    _overdue(desk, 30)
    assert sweep() == SweepReport(acted=True, closed=1)
    instance = AssessmentInstance.objects.get(pk=desk.instance.pk)
    assert instance.state == InstanceState.FINISHED
    assert instance.finished_at == instance.closes_at
    submission = Submission.objects.get()
    assert submission.received_at == instance.closes_at
    assert factories.drain() == 1
    assert desk.question.state == QuestionState.CORRECT
    still = AssessmentInstance.objects.get(pk=other.instance.pk)
    assert still.state == InstanceState.IN_PROGRESS
    assert sweep() == QUIET


def test_who_arrived_in_time_is_waited_for() -> None:
    """Closing at once would refuse an answer that only waited for its lock."""
    desk = executed_desk(time_limit_minutes=10)
    _overdue(desk, GRACE.total_seconds() - 1)
    assert sweep() == QUIET
    _overdue(desk, GRACE.total_seconds() + 1)
    assert sweep().closed == 1


def test_an_attempt_that_cannot_be_closed_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desks = [executed_desk(time_limit_minutes=10) for _ in range(3)]
    for desk in desks:
        _overdue(desk, 30)
    bad = desks[1].instance.pk

    def closing(instance_id: int) -> AssessmentInstance:
        if instance_id == bad:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return finish_overdue(instance_id)

    monkeypatch.setattr(sweeping, "finish_overdue", closing)
    with caplog.at_level(logging.ERROR, logger="quizzes"):
        assert sweep().closed == 2
    assert f"attempt {bad} is overdue and cannot be closed" in caplog.text
    states = AssessmentInstance.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["finished", "in_progress", "finished"]


def test_one_sweep_takes_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "ROWS_PER_SWEEP", 2)
    for _ in range(3):
        executed_desk().submit("a")
    claim()
    expire_leases()
    assert [sweep().taken_back for _ in range(3)] == [2, 1, 0]


def test_every_lane_can_be_rung(bells: list[str]) -> None:
    ring_all_lanes()
    assert bells == ["interactive", "bulk"]


@pytest.mark.django_db(transaction=True)
def test_only_one_sweeper_acts() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    held, tried = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SWEEPER_LOCK])
            held.set()
            tried.wait(timeout=10)

    def other() -> SweepReport:
        held.wait(timeout=10)
        try:
            return sweep()
        finally:
            tried.set()

    _, report = race([hold, other])
    assert report == SweepReport(acted=False)
    assert GradingJob.objects.get().state == JobState.RUNNING
    assert sweep().taken_back == 1


@pytest.mark.django_db(transaction=True)
def test_sweepers_at_once_count_a_failure_once() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    reports = race([sweep] * 8)
    assert sum(report.taken_back for report in reports) == 1
    assert GradingJob.objects.get().failures == 1


@pytest.mark.django_db(transaction=True)
def test_sweepers_at_once_close_once() -> None:
    desk = written_desk(time_limit_minutes=10)
    save_draft(desk.variant, user=desk.learner, answer={"text": "So."}, seq=1)
    _overdue(desk, 30)
    race([sweep] * 8)
    assert Submission.objects.count() == 1
    assert AssessmentInstance.objects.get().state == InstanceState.FINISHED


@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_a_worker_at_once_grade_once() -> None:
    """The lease ends while the worker records: applied or fenced, never both."""
    desk = executed_desk()
    for _ in range(10):
        instance = factories.start(desk.assessment, factories.make_user())
        factories.submit(factories.variant_of(instance), {"chosen": ["a"]})
        expire = lambda: (expire_leases(), sweep())  # noqa: E731
        race([factories.drain, expire, factories.drain, expire])
        make_available()
        factories.drain()
        job = GradingJob.objects.latest("id")
        assert job.state == JobState.GRADED
    assert GradeEvent.objects.count() == 10
