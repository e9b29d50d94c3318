import pytest

from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.review import review_rows
from quizzes.models import AssessmentInstance
from tests.factories import (
    drain,
    make_assessment,
    make_course,
    make_executed,
    make_free_response,
    make_user,
    right_answer,
    start,
    submit,
    truth_of,
    variant_of,
    wrong_answer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def instance() -> AssessmentInstance:
    course = make_course()
    executed = make_executed(course, "what-execve-answers")
    written = make_free_response(course)
    return start(
        make_assessment(course, executed.question, written.question), make_user()
    )


def test_untouched_questions_have_nothing_to_show(instance: AssessmentInstance) -> None:
    rows = review_rows(instance)
    assert [row.row.question.number for row in rows] == [1, 2]
    for row in rows:
        assert (row.submissions, row.chosen, row.text) == ((), (), "")
        assert row.review is None


def test_with_tries_left_nothing_is_revealed(instance: AssessmentInstance) -> None:
    variant = variant_of(instance, 1)
    wrong = wrong_answer(variant)
    submission = submit(variant, wrong)
    drain()
    row = review_rows(instance)[0]
    assert row.submissions == (submission,)
    assert [option.key for option in row.chosen] == wrong["chosen"]
    assert row.review is None


def test_the_right_answer_reveals_what_the_run_decided(
    instance: AssessmentInstance,
) -> None:
    variant = variant_of(instance, 1)
    submit(variant, wrong_answer(variant))
    drain()
    submit(variant, right_answer(variant))
    drain()
    row = review_rows(instance)[0]
    assert [s.number for s in row.submissions] == [1, 2]
    assert [option.key for option in row.chosen] == right_answer(variant)["chosen"]
    assert row.review is not None
    assert {o.key: o.holds for o in row.review.options} == truth_of(variant)


def test_after_the_end_texts_and_explanations_are_there(
    instance: AssessmentInstance,
) -> None:
    submit(variant_of(instance, 2), {"text": "Since the kernel runs."})
    finish_instance(instance, user=instance.user)
    instance.refresh_from_db()
    executed, written = review_rows(instance)
    # Nothing was run for the first, so nothing is known of its options.
    assert executed.review is not None
    assert executed.review.options == ()
    assert "binary loaders" in executed.review.explanation_html
    assert (written.text, written.review) == ("Since the kernel runs.", None)


def test_other_attempts_are_not_in_it(instance: AssessmentInstance) -> None:
    theirs = start(instance.assessment, make_user())
    submit(variant_of(theirs, 2), {"text": "theirs"})
    assert [row.submissions for row in review_rows(instance)] == [(), ()]
