import hashlib
from datetime import timedelta

import pytest

from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.finishing import finish_instance
from quizzes.domain.starting import params_digest, start_assessment
from quizzes.enums import InstanceState, QuestionState, Role, VariantState, VersionState
from quizzes.models import (
    AssessmentInstance,
    Enrolment,
    InstanceQuestion,
    QuestionVersion,
    Slot,
    Variant,
)
from tests import factories
from tests.desks import executed_desk, written_desk
from tests.racing import race

pytestmark = pytest.mark.django_db


def test_an_attempt_has_a_question_and_a_variant_for_each_slot() -> None:
    course = factories.make_course()
    first = factories.make_free_response(course)
    second = factories.make_small(course)
    assessment = factories.make_assessment(course, first.question, second.question)
    assessment.slots.filter(number=2).update(max_mark="2.50")
    user = factories.make_user()
    instance = start_assessment(assessment, user=user)
    assert (instance.number, instance.state) == (1, InstanceState.IN_PROGRESS)
    assert (instance.closes_at, instance.finished_at) == (None, None)
    assert list(instance.questions.values_list("number", "state", "max_mark")) == [
        (1, QuestionState.TODO, 1),
        (2, QuestionState.TODO, 2.5),
    ]
    variants = [factories.variant_of(instance, number) for number in (1, 2)]
    assert [v.question_version_id for v in variants] == [first.pk, second.pk]
    assert [v.state for v in variants] == [VariantState.OPEN, VariantState.OPEN]
    assert [v.scenario_version_id for v in variants] == [
        None,
        second.scenario_version_id,
    ]
    assert Enrolment.objects.get(user=user).role == Role.LEARNER


def test_a_variant_is_one_that_the_gate_proved() -> None:
    desk = executed_desk()
    variant = desk.variant
    assert variant.question_version.proof is not None
    proven = [
        (row["seed"], row["params"]) for row in variant.question_version.proof.matrix
    ]
    assert sorted(params["kernel"] for _, params in proven) == ["5.15", "6.1"]
    assert (variant.seed, variant.params) in proven
    assert variant.params_digest == params_digest(variant.params, variant.seed)
    assert variant.params["kernel"] in variant.presentation["prompt_html"]
    assert {option["key"] for option in variant.presentation["options"]} == {
        "a",
        "b",
        "c",
    }


def test_learners_get_different_variants() -> None:
    desk = executed_desk()
    kernels = set()
    for _ in range(20):
        instance = start_assessment(desk.assessment, user=factories.make_user())
        kernels.add(factories.variant_of(instance).params["kernel"])
    assert kernels == {"5.15", "6.1"}


def test_a_question_without_a_run_has_no_parameters() -> None:
    variant = written_desk().variant
    assert (variant.seed, variant.params) == (0, {})
    assert variant.params_digest == hashlib.sha256(b"[{},0]").hexdigest()


def test_the_digest_names_parameters_and_seed() -> None:
    assert params_digest({"a": 1, "b": 2}, 3) == params_digest({"b": 2, "a": 1}, 3)
    assert params_digest({"a": 1}, 3) != params_digest({"a": 1}, 4)
    assert params_digest({"a": 1}, 3) != params_digest({"a": 2}, 3)


def test_starting_again_gives_the_attempt_in_progress() -> None:
    desk = executed_desk()
    again = start_assessment(desk.assessment, user=desk.learner)
    assert again == desk.instance
    assert AssessmentInstance.objects.count() == 1


def test_each_attempt_has_the_next_number_until_none_is_left() -> None:
    desk = executed_desk(attempts_allowed=2)
    finish_instance(desk.instance, user=desk.learner)
    second = start_assessment(desk.assessment, user=desk.learner)
    assert second.number == 2
    finish_instance(second, user=desk.learner)
    with pytest.raises(ConflictError) as refusal:
        start_assessment(desk.assessment, user=desk.learner)
    assert refusal.value.code == "no_attempts_left"
    assert AssessmentInstance.objects.count() == 2
    assert start_assessment(desk.assessment, user=desk.peer).number == 1


def test_the_attempt_closes_after_the_time_limit() -> None:
    desk = executed_desk(time_limit_minutes=30)
    closes = desk.instance.closes_at
    assert closes is not None
    assert closes - desk.instance.opened_at == timedelta(minutes=30)


def test_a_closed_course_refuses_strangers() -> None:
    desk = written_desk()
    desk.course.is_open = False
    desk.course.save()
    desk.assessment.course.refresh_from_db()
    with pytest.raises(NotAllowedError) as refusal:
        start_assessment(desk.assessment, user=factories.make_user())
    assert refusal.value.code == "not_enrolled"


def test_an_assessment_without_slots_cannot_start() -> None:
    assessment = factories.make_assessment(factories.make_course())
    with pytest.raises(ConflictError) as refusal:
        start_assessment(assessment, user=factories.make_user())
    assert refusal.value.code == "no_questions"
    assert AssessmentInstance.objects.count() == 0


def test_a_question_that_is_not_published_stops_the_start() -> None:
    course = factories.make_course()
    published = factories.make_free_response(course)
    draft = factories.make_small_draft(course)
    assessment = factories.make_assessment(course, published.question, draft.question)
    with pytest.raises(ConflictError) as refusal:
        start_assessment(assessment, user=factories.make_user())
    assert refusal.value.code == "no_questions"
    assert AssessmentInstance.objects.count() == 0


def test_a_slot_takes_the_newest_published_version() -> None:
    course = factories.make_course()
    first = factories.make_small(course, "which")
    assessment = factories.make_assessment(course, first.question)
    text = factories.SINGLE_CHOICE.replace("What happens?", "And then?")
    second = factories.make_small(course, "which", text=text)
    factories.make_small_draft(course, "which")
    assert (first.number, second.number) == (1, 2)
    instance = start_assessment(assessment, user=factories.make_user())
    assert factories.variant_of(instance).question_version == second


def test_a_pinned_slot_keeps_its_version() -> None:
    course = factories.make_course()
    first = factories.make_small(course, "which")
    assessment = factories.make_assessment(course, first.question)
    text = factories.SINGLE_CHOICE.replace("What happens?", "And then?")
    factories.make_small(course, "which", text=text)
    assessment.slots.update(pinned_version=first)
    instance = start_assessment(assessment, user=factories.make_user())
    assert factories.variant_of(instance).question_version == first


@pytest.mark.parametrize("state", [VersionState.DRAFT, VersionState.RETIRED])
def test_a_pin_does_not_lead_round_the_gate(state: VersionState) -> None:
    """Only a published version was proved, so no other is ever shown."""
    course = factories.make_course()
    version = factories.make_small(course, "which")
    assessment = factories.make_assessment(course, version.question)
    if state == VersionState.RETIRED:
        QuestionVersion.objects.update(state=state)
    else:
        text = factories.SINGLE_CHOICE.replace("What happens?", "And then?")
        version = factories.make_small_draft(course, "which", text=text)
    assessment.slots.update(pinned_version=version)
    with pytest.raises(ConflictError) as refusal:
        start_assessment(assessment, user=factories.make_user())
    assert refusal.value.code == "no_questions"
    assert Variant.objects.count() == 0


def test_the_number_of_queries_does_not_grow_with_the_slots(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    course = factories.make_course()
    versions = [factories.make_free_response(course) for _ in range(30)]
    small = factories.make_assessment(course, versions[0].question)
    large = factories.make_assessment(course, *(v.question for v in versions))
    user = factories.make_user()
    start_assessment(small, user=user)
    for assessment in (small, large):
        AssessmentInstance.objects.filter(user=user).update(
            state=InstanceState.FINISHED, finished_at="2026-01-01T00:00Z"
        )
        with django_assert_num_queries(12):  # type: ignore[operator]
            start_assessment(assessment, user=user)
    assert InstanceQuestion.objects.count() == 1 + 1 + 30
    assert Slot.objects.count() == 31


@pytest.mark.django_db(transaction=True)
def test_forty_starts_at_once_make_one_attempt() -> None:
    course = factories.make_course()
    assessment = factories.make_assessment(
        course, factories.make_free_response(course).question
    )
    user = factories.make_user()
    results = race([lambda: start_assessment(assessment, user=user)] * 40)
    assert {getattr(result, "pk", result) for result in results} == {
        AssessmentInstance.objects.get().pk
    }
    assert Variant.objects.count() == 1
    assert Enrolment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_starts_and_finishes_at_once_keep_one_attempt_in_progress() -> None:
    desk = written_desk(attempts_allowed=None)
    start = lambda: start_assessment(desk.assessment, user=desk.learner)  # noqa: E731
    finish = lambda: finish_instance(desk.instance, user=desk.learner)  # noqa: E731
    results = race([start, finish] * 10)
    assert [result for result in results if isinstance(result, Exception)] == []
    numbers = AssessmentInstance.objects.order_by("number")
    assert list(numbers.values_list("number", flat=True)) in ([1], [1, 2])
    assert numbers.filter(state=InstanceState.IN_PROGRESS).count() <= 1
