import logging
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection

from quizzes.domain import grading
from quizzes.domain.claiming import ClaimedJob
from quizzes.domain.clock import database_now
from quizzes.domain.grading import Drained, beat, drain_lane, grade_batch
from quizzes.domain.judging import Result, judge
from quizzes.domain.queries.queue import conservation
from quizzes.domain.submitting import tries_spent
from quizzes.domain.sweeping import sweep
from quizzes.enums import JobState, QuestionState
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.null import NullRunner
from quizzes.execution.ports import (
    Executed,
    Execution,
    Runner,
    RunnerFailedError,
    ScenarioBrokenError,
)
from quizzes.execution.subprocess import SubprocessRunner
from quizzes.models import GradeEvent, GradingJob, Verdict, WorkerHeartbeat
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim, expire_leases, make_available
from tests.racing import race

pytestmark = pytest.mark.django_db

CLAIMS = {"no_loader": True, "no_file": False, "it_runs": False}


class Fussy:
    """Runs what the simulator runs, and fails for the variants of one scenario."""

    def __init__(self, bad: str, error: Exception) -> None:
        self.bad = bad
        self.error = error

    def execute(self, execution: Execution) -> Executed:
        if self.bad in execution.source:
            raise self.error
        return InProcessRunner().execute(execution)


def _drain(**options: Any) -> Drained:
    options = {"worker": "w1", "seconds": 30.0, **options}
    return drain_lane("interactive", **options)


def _answers(desk: Desk, count: int) -> None:
    for _ in range(count):
        instance = factories.start(desk.assessment, factories.make_user())
        factories.submit(factories.variant_of(instance), {"chosen": ["a"]})


def _states() -> list[str]:
    return list(GradingJob.objects.order_by("id").values_list("state", flat=True))


def test_a_drain_grades_until_the_lane_is_empty(settings: Any) -> None:
    settings.GRADING_BATCH = 2
    desk = executed_desk()
    _answers(desk, 5)
    assert _drain() == Drained(taken=5, is_empty=True)
    assert _states() == [JobState.GRADED] * 5
    assert GradeEvent.objects.count() == 5
    assert _drain() == Drained(taken=0, is_empty=True)
    assert conservation().holds


def test_a_drain_stops_when_its_slice_is_over(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GRADING_BATCH = 2
    _answers(executed_desk(), 3)
    moments = iter([0.0, 0.5, 1.0])
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr(grading, "time", clock)
    assert _drain(seconds=1.0) == Drained(taken=2, is_empty=False)
    assert _states() == ["graded", "graded", "queued"]


def test_a_drain_stays_in_its_lane() -> None:
    executed_desk().submit("a")
    drained = drain_lane("bulk", worker="w", seconds=5)
    assert drained == Drained(taken=0, is_empty=True)
    assert _states() == [JobState.QUEUED]


def test_the_lease_is_the_one_that_is_set(settings: Any) -> None:
    settings.GRADING_LEASE_SECONDS = 77
    leases = []

    class Looking(NullRunner):
        def execute(self, execution: Execution) -> Executed:
            job = GradingJob.objects.get()
            assert job.lease_until is not None
            assert job.started_at is not None
            leases.append((job.lease_until - job.started_at).total_seconds())
            return super().execute(execution)

    executed_desk().submit("a")
    _drain(runner=Looking(CLAIMS))
    assert [round(lease) for lease in leases] == [77]


def test_a_worker_stamps_its_heartbeat() -> None:
    before = database_now()
    _drain(worker="host:1")
    first = WorkerHeartbeat.objects.get()
    assert (first.worker, first.lane) == ("host:1", "interactive")
    assert before < first.seen_at < database_now()
    beat("host:1", "bulk")
    again = WorkerHeartbeat.objects.get()
    assert again.lane == "bulk"
    assert again.seen_at > first.seen_at
    beat("host:2", "bulk")
    assert WorkerHeartbeat.objects.count() == 2


def test_a_fresh_stamp_is_not_written_again() -> None:
    beat("host:1", "bulk")
    first = WorkerHeartbeat.objects.get().seen_at
    beat("host:1", "bulk")
    assert WorkerHeartbeat.objects.get().seen_at == first
    WorkerHeartbeat.objects.update(seen_at=first - timedelta(seconds=2))
    beat("host:1", "bulk")
    assert WorkerHeartbeat.objects.get().seen_at > first


def test_one_failing_job_does_not_sink_its_batch(
    caplog: pytest.LogCaptureFixture,
) -> None:
    good, bad = executed_desk(), executed_desk()
    good.submit("a")
    bad.submit("a")
    _answers(good, 1)
    scenario = bad.version.scenario_version
    assert scenario is not None
    runner = Fussy(scenario.scenario.key, RunnerFailedError("out of memory"))
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        assert _drain(runner=runner) == Drained(taken=3, is_empty=True)
    assert _states() == ["graded", "queued", "graded"]
    job = GradingJob.objects.get(state="queued")
    assert job.failures == 1
    assert job.last_error == "RunnerFailedError('out of memory')"
    assert bad.question.state == QuestionState.GRADING


def test_a_broken_scenario_does_not_sink_its_batch() -> None:
    good, bad = executed_desk(), executed_desk()
    good.submit("a")
    bad.submit("a")
    scenario = bad.version.scenario_version
    assert scenario is not None
    runner = Fussy(scenario.scenario.key, ScenarioBrokenError("no such part"))
    _drain(runner=runner)
    assert _states() == ["graded", "broken"]
    assert GradingJob.objects.get(state="broken").failures == 0


def test_a_job_that_failed_runs_apart_and_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = executed_desk()
    _answers(desk, 3)
    GradingJob.objects.update(failures=1)
    trusted, careful = NullRunner(CLAIMS), NullRunner(CLAIMS)
    batches = []
    judged = grading.grade_batch

    def noting(jobs: list[ClaimedJob], *, worker: str, runner: Runner) -> None:
        batches.append((len(jobs), runner is careful))
        judged(jobs, worker=worker, runner=runner)

    monkeypatch.setattr(grading, "grade_batch", noting)
    drained = _drain(runner=trusted, suspect_runner=careful)
    assert drained == Drained(taken=3, is_empty=True)
    assert [batch for batch in batches if batch[0]] == [(1, True)] * 3
    assert (len(trusted.executions), len(careful.executions)) == (0, 3)
    assert _states() == ["graded"] * 3


def test_suspects_wait_for_those_that_never_failed() -> None:
    desk = executed_desk()
    _answers(desk, 2)
    first = GradingJob.objects.order_by("id")[0]
    GradingJob.objects.filter(pk=first.pk).update(failures=1)
    order: list[str] = []

    class Named(NullRunner):
        def execute(self, execution: Execution) -> Executed:
            order.append(str(self.claims["who"]))
            return super().execute(execution)

    runners = [Named({**CLAIMS, "who": trusted}) for trusted in (True, False)]
    _drain(runner=runners[0], suspect_runner=runners[1])
    assert order == ["True", "False"]


def test_a_suspect_is_graded_by_a_child_process() -> None:
    desk = executed_desk()
    desk.submit("a")
    GradingJob.objects.update(failures=2)
    assert _drain(runner=NullRunner({}, error=AssertionError())).taken == 1
    job = GradingJob.objects.get()
    assert (job.state, job.failures) == (JobState.GRADED, 2)
    assert desk.question.state == QuestionState.CORRECT


def test_a_killed_child_is_a_failure_and_never_an_answer() -> None:
    desk = executed_desk(tries_per_question=1)
    desk.submit("b")
    for failures in (1, 2):
        _drain(
            runner=NullRunner({}, error=RunnerFailedError("first")),
            suspect_runner=SubprocessRunner(seconds=0.01),
        )
        job = GradingJob.objects.get()
        assert (job.state, job.failures) == (JobState.QUEUED, failures)
        make_available()
    _drain(suspect_runner=SubprocessRunner(seconds=0.01))
    job = GradingJob.objects.get()
    assert (job.state, job.failures) == (JobState.DEAD, 3)
    assert job.last_error == "RunnerFailedError('the run took longer than 0.01 s')"
    assert desk.question.state == QuestionState.SAVED
    assert tries_spent(desk.variant) == 0
    assert (Verdict.objects.count(), GradeEvent.objects.count()) == (0, 0)
    law = conservation()
    assert (law.submitted, law.dead, law.holds) == (1, 1, True)


def test_a_poison_job_dies_and_the_lane_moves_on() -> None:
    """It takes the worker with it each time: only its lease running out tells."""
    desk = executed_desk()
    poison = desk.submit("a")
    for failures in (1, 2, 3):
        make_available()
        assert len(claim(suspects=failures > 1)) == 1
        expire_leases()
        report = sweep()
        assert (report.taken_back, report.dead) == (1, int(failures == 3))
        _answers(desk, 1)
        assert _drain().taken == 1
    job = GradingJob.objects.get(submission=poison)
    assert (job.state, job.failures) == (JobState.DEAD, 3)
    assert _states() == ["dead", "graded", "graded", "graded"]
    assert conservation().holds


def _results(*desks: Desk) -> list[ClaimedJob]:
    for desk in desks:
        desk.submit("a")
    return claim()


@pytest.mark.django_db(transaction=True)
def test_a_result_that_cannot_be_recorded_does_not_sink_its_batch(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = _results(executed_desk(), executed_desk(), executed_desk())
    bad = jobs[1].id

    def judged(job: ClaimedJob, runner: Runner) -> Result:
        result = judge(job, runner)
        return replace(result, fraction=None if job.id == bad else result.fraction)

    monkeypatch.setattr(grading, "judge", judged)
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        grade_batch(jobs, worker="w", runner=InProcessRunner())
    assert _states() == ["graded", "queued", "graded"]
    assert GradingJob.objects.get(pk=bad).failures == 1
    assert "fraction" in GradingJob.objects.get(pk=bad).last_error
    assert GradeEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_single_result_that_cannot_be_recorded_is_a_failure_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else it would end the drain and hold its lease to the end, each time."""
    jobs = _results(executed_desk())
    monkeypatch.setattr(
        grading, "judge", lambda job, runner: replace(judge(job, runner), fraction=None)
    )
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        grade_batch(jobs, worker="w", runner=InProcessRunner())
    job = GradingJob.objects.get()
    assert (job.state, job.failures) == (JobState.QUEUED, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["judge", "record_results"])
def test_a_database_that_is_away_is_no_fault_of_a_job(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The leases run out by themselves; nothing is counted against anybody now."""
    jobs = _results(executed_desk(), executed_desk())

    def away(*args: Any, **options: Any) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(grading, step, away)
    with pytest.raises(OperationalError):
        grade_batch(jobs, worker="w", runner=InProcessRunner())
    assert _states() == ["running", "running"]
    assert set(GradingJob.objects.values_list("failures", flat=True)) == {0}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_between_two_results_is_no_fault_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = _results(executed_desk(), executed_desk())
    errors = [DataError("a bad row"), OperationalError("the connection is closed")]

    def record(*args: Any, **options: Any) -> None:
        raise errors.pop(0)

    monkeypatch.setattr(grading, "record_results", record)
    with (
        caplog.at_level(logging.CRITICAL, logger="quizzes"),
        pytest.raises(OperationalError),
    ):
        grade_batch(jobs, worker="w", runner=InProcessRunner())
    assert errors == []
    assert _states() == ["running", "running"]


def test_a_batch_in_which_all_fail_records_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs = _results(executed_desk(), executed_desk())
    runner = NullRunner({}, error=RunnerFailedError("down"))
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        grade_batch(jobs, worker="w", runner=runner)
    assert _states() == ["queued", "queued"]
    assert Verdict.objects.count() == 0


def test_a_late_failure_is_fenced(caplog: pytest.LogCaptureFixture) -> None:
    """A zombie's failure is not counted against the worker that has the job now."""
    executed_desk().submit("a")
    zombie = claim()
    expire_leases()
    sweep()
    make_available()
    (second,) = claim(worker="w2", suspects=True)
    runner = NullRunner({}, error=RunnerFailedError("late"))
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        grade_batch(zombie, worker="w1", runner=runner)
    job = GradingJob.objects.get()
    assert (job.state, job.token, job.failures) == (JobState.RUNNING, second.token, 1)


def test_a_zombie_result_is_kept_and_the_job_is_graded_once() -> None:
    desk = executed_desk()
    desk.submit("a")
    zombie = claim(worker="zombie")
    expire_leases()
    sweep()
    make_available()
    assert _drain(worker="w2").taken == 1
    grade_batch(zombie, worker="zombie", runner=InProcessRunner())
    verdicts = Verdict.objects.order_by("id").values_list("worker", "is_superseded")
    assert list(verdicts) == [("w2", False), ("zombie", True)]
    assert GradeEvent.objects.count() == 1
    assert conservation().graded_twice == 0


@pytest.mark.django_db(transaction=True)
def test_eight_workers_grade_each_answer_once(settings: Any) -> None:
    settings.GRADING_BATCH = 3
    desk = executed_desk()
    _answers(desk, 30)
    calls = [
        lambda n=n: drain_lane("interactive", worker=f"w{n}", seconds=30)
        for n in range(8)
    ]
    drained = race(calls)
    assert sum(result.taken for result in drained) == 30
    assert _states() == ["graded"] * 30
    assert GradeEvent.objects.count() == 30
    assert Verdict.objects.filter(is_superseded=True).count() == 0
    law = conservation()
    assert (law.submitted, law.graded, law.holds) == (30, 30, True)


def test_written_answers_leave_the_lane() -> None:
    desk = written_desk()
    desk.submit(text="Because.")
    assert _drain() == Drained(taken=1, is_empty=True)
    assert _states() == [JobState.NEEDS_GRADING]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM quizzes_verdict")
        assert cursor.fetchone() == (0,)
