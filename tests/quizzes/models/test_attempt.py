from typing import Any
from uuid import uuid4

import pytest
from django.db.models import ProtectedError

from quizzes.domain.clock import database_now
from quizzes.domain.drafting import save_draft
from quizzes.models import (
    AssessmentInstance,
    Draft,
    InstanceQuestion,
    Submission,
    Variant,
)
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.models.refusing import execute, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return executed_desk()


VARIANT_COLUMNS = {
    "uuid": "gen_random_uuid()",
    "instance_question_id": "instance_question_id + 1",
    "question_version_id": "question_version_id + 1",
    "scenario_version_id": "NULL",
    "seed": "seed + 1",
    "params": "'{}'",
    "params_digest": "'x'",
    "presentation": "'{}'",
    "created_at": "now() + interval '1 day'",
}


@pytest.mark.parametrize("column", VARIANT_COLUMNS)
def test_no_column_of_a_variant_changes(desk: Desk, column: str) -> None:
    before = Variant.objects.values().get()
    value = VARIANT_COLUMNS[column]
    with refused(rf"variant {before['id']} is frozen"):
        execute(f"UPDATE quizzes_variant SET {column} = {value}")  # noqa: S608
    assert Variant.objects.values().get() == before


def test_the_list_of_frozen_columns_is_whole() -> None:
    fields = {field.column for field in Variant._meta.concrete_fields}
    assert fields == {*VARIANT_COLUMNS, "id", "state"}


def test_the_orm_cannot_change_a_variant(desk: Desk) -> None:
    variant = desk.variant
    variant.presentation = {}
    with refused("is frozen"):
        variant.save()
    with refused("is frozen"):
        Variant.objects.update(seed=variant.seed + 1)
    # Not even together with a change that is allowed.
    with refused("is frozen"):
        Variant.objects.update(seed=variant.seed + 1, state="closed")


@pytest.mark.parametrize("state", ["closed", "broken", "open"])
def test_a_variant_changes_its_state(desk: Desk, state: str) -> None:
    assert Variant.objects.update(state=state) == 1
    assert desk.variant.state == state


SUBMISSION_COLUMNS = {
    "uuid": "gen_random_uuid()",
    "variant_id": "variant_id + 1",
    "number": "number + 1",
    "idempotency_key": "'x'",
    "answer": "'{}'",
    "received_at": "now() + interval '1 day'",
    "id": "id + 1000",
}


@pytest.mark.parametrize("column", SUBMISSION_COLUMNS)
def test_no_column_of_a_submission_changes(desk: Desk, column: str) -> None:
    submission = desk.submit("a")
    before = Submission.objects.values().get()
    value = SUBMISSION_COLUMNS[column]
    message = f"quizzes_submission is append-only: row {submission.pk} cannot be"
    with refused(message):
        execute(f"UPDATE quizzes_submission SET {column} = {value}")  # noqa: S608
    assert Submission.objects.values().get() == before
    fields = {field.column for field in Submission._meta.concrete_fields}
    assert fields == set(SUBMISSION_COLUMNS)


def test_the_orm_cannot_change_or_delete_a_submission(desk: Desk) -> None:
    submission = desk.submit("a")
    submission.answer = {"chosen": ["b"]}
    with refused("append-only"):
        submission.save()
    with refused("append-only"):
        Submission.objects.update(answer={"chosen": ["b"]})
    with refused("append-only"):
        execute("DELETE FROM quizzes_submission")
    with pytest.raises(ProtectedError):
        submission.delete()
    assert Submission.objects.get().answer == {"chosen": ["a"]}


def submission_like(submission: Submission, **fields: Any) -> Submission:
    return Submission(
        **{
            "variant": submission.variant,
            "number": submission.number + 1,
            "idempotency_key": uuid4().hex,
            "answer": {},
            "received_at": database_now(),
            **fields,
        }
    )


def test_a_key_and_a_number_are_used_once_for_a_variant(desk: Desk) -> None:
    first = desk.submit("a", key="k1")
    with refused("submission_idempotent"):
        submission_like(first, idempotency_key="k1").save()
    with refused("submission_number"):
        submission_like(first, number=1).save()
    submission_like(first).save()
    assert Submission.objects.count() == 2


def test_one_attempt_is_in_progress(desk: Desk) -> None:
    second: dict[str, Any] = {
        "assessment": desk.assessment,
        "user": desk.learner,
        "number": 2,
    }
    with refused("one_instance_in_progress"):
        AssessmentInstance.objects.create(**second)
    AssessmentInstance.objects.create(**{**second, "user": desk.peer})
    AssessmentInstance.objects.filter(user=desk.learner).update(
        state="finished", finished_at=database_now()
    )
    with refused("instance_number"):
        AssessmentInstance.objects.create(**{**second, "number": 1})
    AssessmentInstance.objects.create(**second)
    assert AssessmentInstance.objects.filter(user=desk.learner).count() == 2


def test_an_attempt_has_a_known_state_and_an_end(desk: Desk) -> None:
    with refused("instance_state"):
        AssessmentInstance.objects.update(state="lost", finished_at=database_now())
    with refused("instance_finished_at"):
        AssessmentInstance.objects.update(state="finished")


def test_a_question_of_an_attempt_has_a_known_state_and_a_fraction(desk: Desk) -> None:
    with refused("instance_question_state"):
        InstanceQuestion.objects.update(state="lost")
    for fraction in ("-0.1", "1.1"):
        with refused("instance_question_fraction"):
            InstanceQuestion.objects.update(fraction=fraction)
    for good in ("0", "0.5", "1"):
        assert InstanceQuestion.objects.update(fraction=good) == 1
    question = desk.question
    question.pk = None
    with refused("instance_question_number"):
        question.save(force_insert=True)


def test_a_variant_has_a_known_state(desk: Desk) -> None:
    with refused("variant_state"):
        Variant.objects.update(state="ajar")


def test_a_question_of_an_attempt_has_one_variant(desk: Desk) -> None:
    variant = desk.variant
    variant.pk, variant.uuid = None, uuid4()
    with refused("instance_question_id"):
        variant.save(force_insert=True)


def test_a_variant_has_one_draft() -> None:
    desk = written_desk()
    save_draft(desk.variant, user=desk.learner, answer={"text": "So"}, seq=1)
    with refused("variant_id"):
        Draft.objects.create(variant=desk.variant, answer={}, seq=2)


@pytest.mark.parametrize("what", ["instance", "question", "variant"])
def test_no_part_of_an_attempt_can_be_deleted(desk: Desk, what: str) -> None:
    desk.submit("a")
    with pytest.raises(ProtectedError):
        getattr(desk, what).delete()


def test_a_learner_with_an_attempt_stays(desk: Desk) -> None:
    with pytest.raises(ProtectedError):
        desk.learner.delete()
    factories.make_user("passer-by").delete()
