from datetime import timedelta

import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.drafting import save_draft
from quizzes.domain.errors import NotAllowedError
from quizzes.domain.finishing import finish_instance, finish_overdue
from quizzes.enums import InstanceState, JobState, QuestionState
from quizzes.models import AssessmentInstance, Draft, GradingJob, Submission, Variant
from tests import factories
from tests.desks import executed_desk, written_desk
from tests.racing import race

pytestmark = pytest.mark.django_db


def test_the_learner_ends_the_attempt() -> None:
    desk = executed_desk()
    before = database_now()
    finished = finish_instance(desk.instance, user=desk.learner)
    assert finished.state == InstanceState.FINISHED
    assert finished.finished_at is not None
    assert before < finished.finished_at < database_now()
    assert AssessmentInstance.objects.get().state == InstanceState.FINISHED
    assert Submission.objects.count() == 0


def test_ending_twice_is_ending_once() -> None:
    desk = executed_desk()
    first = finish_instance(desk.instance, user=desk.learner)
    again = finish_instance(desk.instance, user=desk.learner)
    assert again.finished_at == first.finished_at


@pytest.mark.parametrize("person", ["peer", "instructor"])
def test_only_the_learner_of_the_attempt_ends_it(person: str) -> None:
    desk = executed_desk()
    with pytest.raises(NotAllowedError) as refusal:
        finish_instance(desk.instance, user=getattr(desk, person))
    assert (refusal.value.code, refusal.value.status_hint) == ("not_yours", 403)
    assert AssessmentInstance.objects.get().state == InstanceState.IN_PROGRESS


def test_valid_drafts_are_handed_in_and_others_kept(
    bells: list[str], django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    course = factories.make_course()
    versions = [factories.make_small(course) for _ in range(4)]
    assessment = factories.make_assessment(course, *(v.question for v in versions))
    user = factories.make_user()
    instance = factories.start(assessment, user)
    for number, answer in ((1, ["a"]), (2, ["z"]), (3, [])):
        variant = factories.variant_of(instance, number)
        save_draft(variant, user=user, answer={"chosen": answer}, seq=1)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        finish_instance(instance, user=user)
    submission = Submission.objects.get()
    first = factories.variant_of(instance, 1)
    assert submission.variant == first
    assert submission.idempotency_key == f"at-finish-{first.uuid}"
    assert submission.answer == {"chosen": ["a"]}
    assert GradingJob.objects.get().state == JobState.QUEUED
    assert list(instance.questions.values_list("number", "state")) == [
        (1, QuestionState.GRADING),
        (2, QuestionState.SAVED),
        (3, QuestionState.SAVED),
        (4, QuestionState.TODO),
    ]
    assert Draft.objects.count() == 3
    assert bells == ["interactive"]
    assert factories.drain() == 1
    assert instance.questions.get(number=1).state == QuestionState.CORRECT


def test_a_draft_beside_an_answer_is_not_handed_in() -> None:
    desk = executed_desk(tries_per_question=2)
    save_draft(desk.variant, user=desk.learner, answer={"chosen": ["a"]}, seq=1)
    desk.graded("b")
    finish_instance(desk.instance, user=desk.learner)
    assert Submission.objects.get().answer == {"chosen": ["b"]}


def test_a_draft_of_a_broken_question_is_kept() -> None:
    desk = executed_desk()
    save_draft(desk.variant, user=desk.learner, answer={"chosen": ["a"]}, seq=1)
    Variant.objects.update(state="broken")
    finish_instance(desk.instance, user=desk.learner)
    assert Submission.objects.count() == 0
    assert Draft.objects.count() == 1


def test_an_answer_under_way_is_graded_after_the_end() -> None:
    desk = executed_desk()
    desk.submit("a")
    finish_instance(desk.instance, user=desk.learner)
    assert factories.drain() == 1
    assert desk.question.state == QuestionState.CORRECT


def test_an_overdue_attempt_ends_at_its_end() -> None:
    desk = executed_desk(time_limit_minutes=10)
    save_draft(desk.variant, user=desk.learner, answer={"chosen": ["a"]}, seq=1)
    over = database_now() - timedelta(seconds=40)
    AssessmentInstance.objects.update(closes_at=over)
    finished = finish_overdue(desk.instance.pk)
    assert (finished.state, finished.finished_at) == (InstanceState.FINISHED, over)
    assert Submission.objects.get().received_at == over


def test_an_end_before_the_limit_counts_now() -> None:
    desk = written_desk(time_limit_minutes=10)
    finished = finish_instance(desk.instance, user=desk.learner)
    assert finished.finished_at is not None
    assert finished.closes_at is not None
    assert finished.finished_at < finished.closes_at


@pytest.mark.django_db(transaction=True)
def test_ten_ends_at_once_hand_in_once() -> None:
    desk = executed_desk()
    save_draft(desk.variant, user=desk.learner, answer={"chosen": ["a"]}, seq=1)
    results = race([lambda: finish_instance(desk.instance, user=desk.learner)] * 10)
    assert len({instance.finished_at for instance in results}) == 1
    assert Submission.objects.count() == 1
