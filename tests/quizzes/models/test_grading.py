from decimal import Decimal
from typing import Any

import pytest
from django.db.models import ProtectedError

from quizzes.domain.clock import database_now
from quizzes.models import GradeEvent, GradingJob, Run, Verdict, WorkerHeartbeat
from tests.desks import Desk, executed_desk
from tests.quizzes.models.refusing import execute, refused

pytestmark = pytest.mark.django_db

# Each append-only table, and what a change of its columns would be.
APPEND_ONLY = {
    Verdict: {
        "uuid": "gen_random_uuid()",
        "job_id": "job_id + 1",
        "token": "token + 1",
        "is_superseded": "true",
        "outcome": "'incorrect'",
        "fraction": "0",
        "evidence": "'{}'",
        "question_version_id": "question_version_id + 1",
        "scenario_version_id": "NULL",
        "simulator_version": "'x'",
        "seed": "seed + 1",
        "params_digest": "'x'",
        "trace_hashes": "'{}'",
        "worker": "'x'",
        "started_at": "NULL",
        "finished_at": "now() + interval '1 day'",
    },
    GradeEvent: {
        "instance_question_id": "instance_question_id + 1",
        "submission_id": "NULL",
        "verdict_id": "NULL",
        "source": "'regrade'",
        "fraction": "0",
        "actor_id": "1",
        "reason": "'x'",
        "created_at": "now() + interval '1 day'",
    },
    Run: {
        "scenario_version_id": "scenario_version_id + 1",
        "simulator_version": "'x'",
        "params_digest": "'x'",
        "arm": "arm || 'x'",
        "trace_hash": "'x'",
        "document": r"'\x00'",
        "created_at": "now() + interval '1 day'",
    },
}
CHANGES = [
    (model, column, value)
    for model, changes in APPEND_ONLY.items()
    for column, value in changes.items()
]


@pytest.fixture
def desk() -> Desk:
    """Its learner's right answer is graded."""
    desk = executed_desk()
    desk.graded("a")
    return desk


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_the_lists_of_columns_are_whole(model: Any) -> None:
    columns = {field.column for field in model._meta.concrete_fields}
    assert columns == {*APPEND_ONLY[model], "id"}


@pytest.mark.parametrize(("model", "column", "value"), CHANGES)
def test_no_column_changes(desk: Desk, model: Any, column: str, value: str) -> None:
    table = model._meta.db_table
    before = list(model.objects.order_by("id").values())
    with refused(f"{table} is append-only: row {before[0]['id']} cannot be changed"):
        execute(
            f"UPDATE {table} SET {column} = {value} WHERE id = %s",  # noqa: S608
            before[0]["id"],
        )
    assert list(model.objects.order_by("id").values()) == before


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_not_even_a_change_to_the_same_is_taken(desk: Desk, model: Any) -> None:
    row = model.objects.first()
    with refused("append-only"):
        row.save()
    with refused("append-only"):
        model.objects.bulk_update([row], [next(iter(APPEND_ONLY[model]))])


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_nothing_is_deleted(desk: Desk, model: Any) -> None:
    count = model.objects.count()
    assert count > 0
    with refused("append-only"):
        execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608
    with refused("append-only"):
        model.objects.all()._raw_delete("default")
    assert model.objects.count() == count


def test_the_orm_deletes_no_verdict_and_no_event(desk: Desk) -> None:
    with pytest.raises(ProtectedError):
        Verdict.objects.get().delete()
    with refused("append-only"):
        GradeEvent.objects.get().delete()
    with pytest.raises(ProtectedError):
        GradingJob.objects.get().delete()


def test_a_submission_has_one_open_job() -> None:
    submission = executed_desk().submit("b")
    for state in ("queued", "running"):
        GradingJob.objects.filter(submission=submission).update(
            state=state, lease_until=database_now()
        )
        with refused("one_open_job_per_submission"):
            GradingJob.objects.create(submission=submission, lane="interactive")
    # Once that is over, another may try.
    GradingJob.objects.filter(submission=submission).update(state="dead")
    GradingJob.objects.create(submission=submission, lane="interactive")
    assert GradingJob.objects.filter(submission=submission).count() == 2


def test_a_job_has_a_known_state_and_a_lease(desk: Desk) -> None:
    with refused("grading_job_state"):
        GradingJob.objects.update(state="lost")
    with refused("running_job_has_lease"):
        GradingJob.objects.update(state="running", lease_until=None)


def verdict_like(verdict: Verdict, **fields: Any) -> Verdict:
    return Verdict(
        **{
            "job": verdict.job,
            "token": verdict.token + 1,
            "outcome": "correct",
            "fraction": Decimal(1),
            "question_version": verdict.question_version,
            "seed": verdict.seed,
            "params_digest": verdict.params_digest,
            "worker": "w2",
            **fields,
        }
    )


def test_a_job_has_one_applied_verdict(desk: Desk) -> None:
    verdict = Verdict.objects.get()
    with refused("one_applied_verdict_per_job"):
        verdict_like(verdict).save()
    for _ in range(2):
        verdict_like(verdict, is_superseded=True).save()
    applied = Verdict.objects.filter(is_superseded=False)
    assert (applied.count(), Verdict.objects.count()) == (1, 3)


def test_a_verdict_has_a_known_outcome(desk: Desk) -> None:
    verdict = Verdict.objects.get()
    with refused("verdict_outcome"):
        verdict_like(verdict, outcome="lost", is_superseded=True).save()


def event_of(desk: Desk, **fields: Any) -> GradeEvent:
    return GradeEvent(
        **{
            "instance_question": desk.question,
            "source": "manual",
            "fraction": Decimal("0.5"),
            "actor": desk.instructor,
            **fields,
        }
    )


@pytest.mark.parametrize("source", ["manual", "regrade"])
def test_only_a_run_grades_without_a_person(desk: Desk, source: str) -> None:
    with refused("grade_event_actor"):
        event_of(desk, source=source, actor=None).save()
    event_of(desk, source=source).save()
    event_of(desk, source="auto", actor=None).save()
    assert GradeEvent.objects.count() == 3


def test_an_event_has_a_known_source(desk: Desk) -> None:
    with refused("grade_event_source"):
        event_of(desk, source="guess").save()


def test_a_verdict_moves_the_ledger_once(desk: Desk) -> None:
    with refused("verdict_id"):
        event_of(desk, verdict=Verdict.objects.get()).save()


def test_a_run_is_stored_once(desk: Desk) -> None:
    run = Run.objects.first()
    assert run is not None
    run.pk = None
    with refused("run_once"):
        run.save(force_insert=True)
    run.simulator_version = "another"
    run.save(force_insert=True)


def test_a_worker_has_one_heartbeat() -> None:
    WorkerHeartbeat.objects.create(worker="w", lane="bulk", seen_at=database_now())
    with refused("worker"):
        WorkerHeartbeat.objects.create(worker="w", lane="bulk", seen_at=database_now())


def test_a_grader_stays(desk: Desk) -> None:
    event_of(desk).save()
    with pytest.raises(ProtectedError):
        desk.instructor.delete()
