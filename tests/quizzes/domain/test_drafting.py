from datetime import timedelta
from typing import Any

import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.drafting import MAX_DRAFT_CHOICES, MAX_DRAFT_TEXT, save_draft
from quizzes.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from quizzes.domain.finishing import finish_instance
from quizzes.enums import QuestionState
from quizzes.models import AssessmentInstance, Draft, Submission
from tests.desks import executed_desk, written_desk
from tests.racing import race

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_and_the_question_is_begun() -> None:
    desk = written_desk()
    draft = save_draft(desk.variant, user=desk.learner, answer={"text": "Be"}, seq=1)
    assert (draft.answer, draft.seq) == ({"text": "Be"}, 1)
    assert Draft.objects.get() == draft
    assert desk.question.state == QuestionState.SAVED


def test_the_highest_number_wins_in_whatever_order() -> None:
    desk = written_desk()
    variant = desk.variant
    save_draft(variant, user=desk.learner, answer={"text": "five"}, seq=5)
    older = save_draft(variant, user=desk.learner, answer={"text": "four"}, seq=4)
    same = save_draft(variant, user=desk.learner, answer={"text": "other"}, seq=5)
    assert (older.answer, same.answer) == ({"text": "five"}, {"text": "five"})
    newer = save_draft(variant, user=desk.learner, answer={"text": "six"}, seq=6)
    assert (newer.answer, newer.seq) == ({"text": "six"}, 6)
    assert newer.updated_at > same.updated_at
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"chosen": ["a", "b"]}, {"chosen": ["a", "b"]}),
        ({"chosen": "a"}, {"chosen": ["a"]}),
        ({"chosen": []}, {"text": ""}),
        ({}, {"text": ""}),
        ({"text": "Größe ☃ 😀"}, {"text": "Größe ☃ 😀"}),
        ({"chosen": ["a"], "text": "x", "else": 1}, {"chosen": ["a"]}),
        ({"text": "x" * MAX_DRAFT_TEXT}, {"text": "x" * MAX_DRAFT_TEXT}),
    ],
)
def test_a_draft_is_choices_or_a_text(
    answer: dict[str, Any], kept: dict[str, Any]
) -> None:
    desk = executed_desk()
    draft = save_draft(desk.variant, user=desk.learner, answer=answer, seq=1)
    assert draft.answer == kept


@pytest.mark.parametrize(
    "answer",
    [
        {"chosen": 3},
        {"chosen": [3]},
        {"chosen": ["a"] * (MAX_DRAFT_CHOICES + 1)},
        {"chosen": ["\x00"]},
        {"chosen": ["\ud800"]},
        {"text": 3},
        {"text": "x" * (MAX_DRAFT_TEXT + 1)},
        {"text": "a\x00b"},
        {"text": "half a pair: \ud83d"},
    ],
)
def test_what_cannot_be_kept_is_refused(answer: dict[str, Any]) -> None:
    desk = executed_desk()
    with pytest.raises(InvalidInputError) as refusal:
        save_draft(desk.variant, user=desk.learner, answer=answer, seq=1)
    assert (refusal.value.code, refusal.value.status_hint) == ("invalid_draft", 422)
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("seq", [-1, 2**63])
def test_a_number_that_no_client_counts_to_is_refused(seq: int) -> None:
    desk = executed_desk()
    with pytest.raises(InvalidInputError) as refusal:
        save_draft(desk.variant, user=desk.learner, answer={"text": ""}, seq=seq)
    assert refusal.value.code == "invalid_draft"


@pytest.mark.parametrize("person", ["peer", "instructor"])
def test_only_the_learner_of_the_attempt_writes(person: str) -> None:
    desk = executed_desk()
    with pytest.raises(NotAllowedError) as refusal:
        save_draft(desk.variant, user=getattr(desk, person), answer={}, seq=1)
    assert (refusal.value.code, refusal.value.status_hint) == ("not_yours", 403)
    assert Draft.objects.count() == 0


def test_a_finished_attempt_takes_no_draft() -> None:
    desk = written_desk()
    variant = desk.variant
    finish_instance(desk.instance, user=desk.learner)
    # The row that this request holds was read before the attempt was finished.
    assert variant.instance_question.instance.state == "in_progress"
    with pytest.raises(ConflictError) as refusal:
        save_draft(variant, user=desk.learner, answer={"text": "late"}, seq=1)
    assert (refusal.value.code, refusal.value.status_hint) == ("closed", 409)
    assert desk.question.state == QuestionState.TODO


def test_the_end_of_the_time_takes_no_draft() -> None:
    """Else a draft from after the end would be handed in as if it were in time."""
    desk = written_desk(time_limit_minutes=10)
    save_draft(desk.variant, user=desk.learner, answer={"text": "in time"}, seq=1)
    over = database_now() - timedelta(seconds=1)
    AssessmentInstance.objects.update(closes_at=over)
    with pytest.raises(ConflictError) as refusal:
        save_draft(desk.variant, user=desk.learner, answer={"text": "late"}, seq=2)
    assert refusal.value.code == "closed"
    assert Draft.objects.get().answer == {"text": "in time"}
    AssessmentInstance.objects.update(closes_at=database_now() + timedelta(minutes=1))
    save_draft(desk.variant, user=desk.learner, answer={"text": "go on"}, seq=3)
    assert Draft.objects.get().answer == {"text": "go on"}


def test_a_busy_server_s_delay_costs_no_draft() -> None:
    desk = written_desk(time_limit_minutes=10)
    over = database_now() - timedelta(seconds=2)
    AssessmentInstance.objects.update(closes_at=over)
    words: dict[str, Any] = {"user": desk.learner, "answer": {"text": "in time"}}
    with pytest.raises(ConflictError) as refusal:
        save_draft(desk.variant, seq=1, waited=timedelta(seconds=1), **words)
    assert refusal.value.code == "closed"
    save_draft(desk.variant, seq=2, waited=timedelta(seconds=4), **words)
    assert Draft.objects.get().answer == {"text": "in time"}


def test_a_draft_after_an_answer_moves_nothing_back() -> None:
    desk = executed_desk()
    desk.graded("b")
    save_draft(desk.variant, user=desk.learner, answer={"chosen": ["a"]}, seq=1)
    assert desk.question.state == QuestionState.INCORRECT


@pytest.mark.django_db(transaction=True)
def test_racing_tabs_keep_the_newest() -> None:
    desk = written_desk()
    variant = desk.variant
    calls = [
        lambda seq=seq: save_draft(
            variant, user=desk.learner, answer={"text": f"text {seq}"}, seq=seq
        )
        for seq in range(20)
    ]
    results = race(calls)
    assert [result for result in results if isinstance(result, Exception)] == []
    draft = Draft.objects.get()
    assert (draft.seq, draft.answer) == (19, {"text": "text 19"})


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_was_taken_is_handed_in() -> None:
    """A draft and the end at once: what is answered with yes is never lost."""
    for _ in range(10):
        desk = written_desk()
        variant = desk.variant
        answer = {"text": "mine"}
        draft, _ = race(
            [
                lambda: save_draft(variant, user=desk.learner, answer=answer, seq=1),  # noqa: B023
                lambda: finish_instance(desk.instance, user=desk.learner),  # noqa: B023
            ]
        )
        taken = isinstance(draft, Draft)
        assert taken or draft.code == "closed"
        assert Submission.objects.filter(variant=variant).count() == int(taken)
