from uuid import uuid4

import pytest

from quizzes.domain.drafting import save_draft
from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries.question_page import (
    question_page,
    scenario_summary,
    variant_at,
)
from quizzes.models import AssessmentInstance
from tests.factories import (
    drain,
    make_assessment,
    make_course,
    make_executed,
    make_free_response,
    make_user,
    start,
    submit,
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


def test_a_fresh_question(instance: AssessmentInstance) -> None:
    page = question_page(instance.user, instance.uuid, 1)
    assert (page.instance, page.variant) == (instance, variant_of(instance, 1))
    assert [row.question.number for row in page.rows] == [1, 2]
    assert page.row == page.rows[0]
    assert page.next_row == page.rows[1]
    assert page.presentation.control == "radio"
    assert (page.answer, page.draft_seq, page.submissions) == ({}, 0, ())
    assert page.next_try_key == "try-1"


def test_the_last_question_has_none_after_it(instance: AssessmentInstance) -> None:
    page = question_page(instance.user, instance.uuid, 2)
    assert (page.next_row, page.scenario) == (None, None)


def test_the_draft_is_filled_in_before_the_last_try(
    instance: AssessmentInstance,
) -> None:
    variant = variant_of(instance, 1)
    wrong = wrong_answer(variant)
    submission = submit(variant, wrong)
    waiting = question_page(instance.user, instance.uuid, 1)
    assert waiting.submissions == (submission,)
    assert [s.job_state for s in waiting.submissions] == ["queued"]
    drain()
    tried = question_page(instance.user, instance.uuid, 1)
    assert (tried.answer, tried.next_try_key) == (wrong, "try-2")
    assert [s.job_state for s in tried.submissions] == ["graded"]
    save_draft(variant, user=instance.user, answer={"chosen": ["a"]}, seq=4)
    drafted = question_page(instance.user, instance.uuid, 1)
    assert (drafted.answer, drafted.draft_seq) == ({"chosen": ["a"]}, 4)


def test_a_scenario_is_told_in_words(instance: AssessmentInstance) -> None:
    variant = variant_of(instance, 1)
    summary = scenario_summary(variant)
    assert summary is not None
    assert summary.title == "A Windows program on a Linux kernel"
    assert summary.summary_html.startswith("<p>")
    expected = [(name.replace("_", " "), v) for name, v in variant.params.items()]
    assert list(summary.parameters) == expected
    assert "The program is started as it is" in summary.arms


def test_others_find_nothing(instance: AssessmentInstance) -> None:
    stranger = make_user()
    with pytest.raises(NotFoundError, match="no such attempt"):
        question_page(stranger, instance.uuid, 1)
    with pytest.raises(NotFoundError, match="no such question"):
        variant_at(stranger, instance.uuid, 1)


def test_what_is_not_there_is_not_found(instance: AssessmentInstance) -> None:
    for look in (question_page, variant_at):
        with pytest.raises(NotFoundError, match="no such question"):
            look(instance.user, instance.uuid, 3)
    with pytest.raises(NotFoundError, match="no such question"):
        variant_at(instance.user, uuid4(), 1)


def test_a_variant_is_found_by_its_place(instance: AssessmentInstance) -> None:
    found = variant_at(instance.user, instance.uuid, 2)
    assert found == variant_of(instance, 2)
