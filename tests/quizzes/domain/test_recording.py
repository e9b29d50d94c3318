import json
import threading
import time
import zlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection

import simulator
from quizzes.domain import recording
from quizzes.domain.claiming import ClaimedJob
from quizzes.domain.clock import database_now
from quizzes.domain.failing import fail_jobs
from quizzes.domain.judging import Result, judge
from quizzes.domain.ledger import LEDGER_LOCK, safe_horizon
from quizzes.domain.recording import record_results
from quizzes.domain.submitting import tries_spent
from quizzes.enums import GradeSource, JobState, Outcome, QuestionState, VariantState
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.null import NullRunner
from quizzes.execution.ports import ScenarioBrokenError
from quizzes.models import GradeEvent, GradingJob, Run, Verdict
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim
from tests.racing import race
from tests.trapframe.embedded.sessions import wait_until

pytestmark = pytest.mark.django_db


def _claimed(desk: Desk, *chosen: str, text: str = "") -> ClaimedJob:
    desk.submit(*chosen, text=text)
    (job,) = claim()
    return job


def _result(desk: Desk, *chosen: str) -> Result:
    return judge(_claimed(desk, *chosen), InProcessRunner())


def test_a_grade_is_recorded_with_its_provenance() -> None:
    desk = executed_desk()
    result = _result(desk, "b")
    assert record_results([result], worker="host:7") == {result.job.id}
    job = GradingJob.objects.get()
    assert (job.state, job.lease_until) == (JobState.GRADED, None)
    assert job.finished_at is not None
    verdict = Verdict.objects.get()
    assert (verdict.job, verdict.token, verdict.is_superseded) == (job, 1, False)
    assert (verdict.outcome, verdict.fraction) == (Outcome.INCORRECT, 0)
    assert verdict.evidence == json.loads(json.dumps(result.evidence))
    variant = desk.variant
    assert verdict.question_version == desk.version
    assert verdict.scenario_version == desk.version.scenario_version
    assert verdict.simulator_version == simulator.SIMULATOR_VERSION
    assert (verdict.seed, verdict.params_digest) == (
        variant.seed,
        variant.params_digest,
    )
    assert result.executed is not None
    assert verdict.trace_hashes == result.executed.trace_hashes
    assert set(verdict.trace_hashes) == {"as_it_is", "with_loader"}
    assert (verdict.worker, verdict.started_at) == ("host:7", job.started_at)
    assert verdict.finished_at <= database_now()
    event = GradeEvent.objects.get()
    assert (event.verdict, event.submission_id) == (verdict, result.job.submission_id)
    assert (event.source, event.actor, event.reason) == (GradeSource.AUTO, None, "")
    assert (event.fraction, event.instance_question) == (0, desk.question)
    assert (desk.question.state, desk.question.fraction) == ("incorrect", 0)


def test_runs_are_stored_once_and_can_be_read_again() -> None:
    desk = executed_desk()
    result = _result(desk, "b")
    record_results([result], worker="w")
    runs = {run.arm: run for run in Run.objects.all()}
    assert set(runs) == {"as_it_is", "with_loader"}
    stored = runs["as_it_is"]
    document = json.loads(zlib.decompress(bytes(stored.document)))
    run = simulator.Run.from_json(document)
    assert run.trace_hash == stored.trace_hash
    assert dict(run.params) == desk.variant.params
    assert stored.params_digest == desk.variant.params_digest
    record_results([_result(desk, "a")], worker="w")
    assert Run.objects.count() == 2


def test_a_process_that_forgot_stores_no_run_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = executed_desk()
    record_results([_result(desk, "b")], worker="w")
    monkeypatch.setattr(recording, "_stored_runs", set())
    record_results([_result(desk, "a")], worker="w")
    assert Run.objects.count() == 2
    assert Verdict.objects.count() == 2


def test_the_memory_of_stored_runs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_stored_runs", {(1, "a", "b"), (2, "a", "b")})
    monkeypatch.setattr(recording, "STORED_RUNS_LIMIT", 1)
    desk = executed_desk()
    record_results([_result(desk, "b")], worker="w")
    assert recording._stored_runs == {
        (
            desk.version.scenario_version_id,
            desk.variant.params_digest,
            simulator.SIMULATOR_VERSION,
        )
    }


def test_recording_twice_changes_nothing_more() -> None:
    desk = executed_desk()
    result = _result(desk, "b")
    assert record_results([result], worker="w") == {result.job.id}
    assert record_results([result], worker="w") == set()
    assert GradeEvent.objects.count() == 1
    flags = Verdict.objects.order_by("id").values_list("is_superseded", flat=True)
    assert list(flags) == [False, True]
    assert GradingJob.objects.get().state == JobState.GRADED


def test_a_late_result_is_kept_and_changes_no_grade() -> None:
    """Its lease ran out, another worker graded: the zombie is fenced."""
    desk = executed_desk()
    zombie = _result(desk, "b")
    fail_jobs([zombie.job.id], error="its worker went away")
    GradingJob.objects.update(available_at=database_now())
    (second,) = claim(worker="w2", suspects=True)
    assert (zombie.job.token, second.token) == (1, 3)
    assert record_results([zombie], worker="w1") == set()
    late = Verdict.objects.get()
    assert (late.is_superseded, late.token, late.worker) == (True, 1, "w1")
    assert GradeEvent.objects.count() == 0
    assert GradingJob.objects.get().state == JobState.RUNNING
    assert desk.question.state == QuestionState.GRADING
    applied = judge(second, InProcessRunner())
    assert record_results([applied], worker="w2") == {second.id}
    event = GradeEvent.objects.get()
    assert event.verdict is not None
    assert (event.verdict.token, event.verdict.worker) == (3, "w2")
    assert record_results([zombie], worker="w1") == set()
    assert GradeEvent.objects.count() == 1
    assert Verdict.objects.filter(is_superseded=True).count() == 2


def test_a_late_broken_result_breaks_nothing() -> None:
    desk = executed_desk()
    job = _claimed(desk, "b")
    fail_jobs([job.id], error="x")
    broken = judge(job, NullRunner({}, error=ScenarioBrokenError("no")))
    assert record_results([broken], worker="w") == set()
    assert desk.variant.state == VariantState.OPEN
    assert desk.question.state == QuestionState.GRADING


def test_a_late_written_answer_leaves_no_trace() -> None:
    desk = written_desk()
    job = _claimed(desk, text="Because.")
    fail_jobs([job.id], error="x")
    result = judge(job, NullRunner({}))
    assert record_results([result], worker="w") == set()
    assert Verdict.objects.count() == 0
    assert desk.question.state == QuestionState.GRADING


def test_a_written_answer_waits() -> None:
    desk = written_desk()
    result = judge(_claimed(desk, text="Because."), NullRunner({}))
    assert record_results([result], worker="w") == {result.job.id}
    job = GradingJob.objects.get()
    assert (job.state, job.finished_at, job.lease_until) == (
        JobState.NEEDS_GRADING,
        None,
        None,
    )
    assert Verdict.objects.count() == 0
    assert GradeEvent.objects.count() == 0
    assert desk.question.state == QuestionState.NEEDS_GRADING


def test_a_broken_question_costs_nothing_and_closes() -> None:
    desk = executed_desk(tries_per_question=1)
    job = _claimed(desk, "b")
    result = judge(job, NullRunner({}, error=ScenarioBrokenError("no such arm")))
    assert record_results([result], worker="w") == {job.id}
    verdict = Verdict.objects.get()
    assert (verdict.outcome, verdict.fraction) == (Outcome.BROKEN, None)
    assert verdict.evidence == {"message": "no such arm"}
    assert (verdict.simulator_version, verdict.trace_hashes) == ("", {})
    assert GradingJob.objects.get().state == JobState.BROKEN
    assert GradeEvent.objects.count() == 0
    assert desk.variant.state == VariantState.BROKEN
    assert (desk.question.state, desk.question.fraction) == (QuestionState.SAVED, None)
    assert tries_spent(desk.variant) == 0


def test_an_invalid_answer_costs_nothing_and_stays_open() -> None:
    desk = executed_desk(tries_per_question=1)
    job = replace(_claimed(desk, "b"), answer={"chosen": ["z"]})
    record_results([judge(job, NullRunner({}))], worker="w")
    assert GradingJob.objects.get().state == JobState.INVALID
    assert Verdict.objects.get().outcome == Outcome.INVALID
    assert GradeEvent.objects.count() == 0
    assert desk.variant.state == VariantState.OPEN
    assert desk.question.state == QuestionState.SAVED
    assert tries_spent(desk.variant) == 0


def _grade_in_turn(policy: str, *fractions: str) -> list[tuple[str, Decimal | None]]:
    """Grade tries with these fractions; the question after each."""
    desk = executed_desk(score_policy=policy, tries_per_question=len(fractions))
    seen = []
    for fraction in fractions:
        result = replace(_result(desk, "b"), fraction=Decimal(fraction))
        record_results([result], worker="w")
        seen.append((desk.question.state, desk.question.fraction))
    return seen


def test_the_best_try_counts() -> None:
    assert _grade_in_turn("best", "0.5", "0.25", "0", "0.75") == [
        ("partial", Decimal("0.5")),
        ("partial", Decimal("0.5")),
        ("partial", Decimal("0.5")),
        ("partial", Decimal("0.75")),
    ]


def test_the_last_try_counts() -> None:
    assert _grade_in_turn("last", "0.5", "0.25", "0", "1") == [
        ("partial", Decimal("0.5")),
        ("partial", Decimal("0.25")),
        ("incorrect", Decimal(0)),
        ("correct", Decimal(1)),
    ]


def test_a_fault_after_a_grade_keeps_the_grade() -> None:
    desk = executed_desk(tries_per_question=3)
    record_results([replace(_result(desk, "b"), fraction=Decimal("0.5"))], worker="w")
    job = replace(_claimed(desk, "b"), answer={"chosen": ["z"]})
    record_results([judge(job, NullRunner({}))], worker="w")
    assert (desk.question.state, desk.question.fraction) == ("partial", Decimal("0.5"))


def test_a_batch_is_recorded_in_one_transaction_with_one_message(
    django_assert_num_queries: Any,
) -> None:
    """The number of statements is that of one result, plus the new runs."""
    desk = executed_desk()
    learners = [desk.learner, *(factories.make_user() for _ in range(29))]
    for user in learners:
        instance = factories.start(desk.assessment, user)
        factories.submit(factories.variant_of(instance), {"chosen": ["a"]})
    results = [judge(job, InProcessRunner()) for job in claim(limit=30)]
    record_results(results[:1], worker="w")
    # Savepoint, lock of the ledger, runs, results, message, savepoint released.
    with django_assert_num_queries(6):
        applied = record_results(results[1:], worker="w")
    assert len(applied) == 29
    assert GradeEvent.objects.count() == 30
    events = list(GradeEvent.objects.order_by("id").select_related("verdict"))
    jobs = [event.verdict.job_id for event in events if event.verdict]
    assert jobs == sorted(jobs)
    assert set(GradingJob.objects.values_list("state", flat=True)) == {"graded"}


def test_one_bad_result_leaves_nothing_of_its_batch() -> None:
    desk, other = executed_desk(), executed_desk()
    good = _result(desk, "b")
    bad = replace(_result(other, "b"), fraction=Decimal(2))
    with pytest.raises(Error):
        record_results([good, bad], worker="w")
    connection.needs_rollback = False


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_result_grade_once() -> None:
    desk = executed_desk()
    result = _result(desk, "b")
    results = race([lambda: record_results([result], worker="w")] * 8)
    assert sorted(map(len, results)) == [0] * 7 + [1]
    assert GradeEvent.objects.count() == 1
    assert Verdict.objects.filter(is_superseded=False).count() == 1
    assert Verdict.objects.filter(is_superseded=True).count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_failed_batch_is_rolled_back_and_its_runs_are_not_remembered() -> None:
    desk, other = executed_desk(), executed_desk()
    good = _result(desk, "b")
    bad = replace(_result(other, "b"), fraction=Decimal(2))
    with pytest.raises(Error):
        record_results([good, bad], worker="w")
    assert (Run.objects.count(), Verdict.objects.count()) == (0, 0)
    assert set(GradingJob.objects.values_list("state", flat=True)) == {"running"}
    assert record_results([good], worker="w") == {good.job.id}
    assert Run.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_reader_of_the_ledger_waits_for_a_batch_that_is_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = executed_desk()
    result = _result(desk, "b")
    written, reading = threading.Event(), threading.Event()
    notify = recording.notify

    def slow(kind: str, ids: Any) -> None:
        written.set()
        reading.wait(timeout=10)
        time.sleep(0.2)
        notify(kind, ids)

    def read() -> int:
        written.wait(timeout=10)
        assert wait_until(
            _somebody_writes
        )  # what was sent to the database is on its way
        reading.set()
        return safe_horizon()

    monkeypatch.setattr(recording, "notify", slow)
    _, horizon = race([lambda: record_results([result], worker="w"), read])
    assert horizon == GradeEvent.objects.get().pk


def _somebody_writes() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND mode = 'ShareLock' AND objid = %s",
            [LEDGER_LOCK],
        )
        return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_browsers_hear_of_results() -> None:
    desk = executed_desk()
    result = _result(desk, "b")
    with connection.cursor() as cursor:
        cursor.execute("LISTEN trapframe")
    record_results([result], worker="w")
    assert connection.connection is not None
    (notify,) = connection.connection.notifies(timeout=30, stop_after=1)
    assert json.loads(notify.payload) == {
        "kind": "job",
        "ids": [str(result.job.submission_uuid)],
    }
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")


def test_times_are_the_database_times() -> None:
    desk = executed_desk()
    record_results([_result(desk, "b")], worker="w")
    job = GradingJob.objects.get()
    verdict = Verdict.objects.get()
    moments = [job.queued_at, job.started_at, verdict.finished_at]
    assert all(moment is not None for moment in moments)
    assert job.finished_at is not None
    assert database_now() - job.finished_at < timedelta(seconds=30)
