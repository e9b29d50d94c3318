from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from quizzes.domain.enrolling import enrol
from quizzes.domain.errors import NotFoundError
from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries import catalog
from quizzes.models import InstanceQuestion
from tests.factories import (
    make_assessment,
    make_chapter,
    make_course,
    make_free_response,
    make_user,
    start,
)

pytestmark = pytest.mark.django_db


def test_courses_are_the_open_ones_and_those_enrolled_in() -> None:
    user = make_user()
    closed, mine, open_course = (make_course(is_open=flag) for flag in (0, 0, 1))
    enrol(mine, user=user)
    enrol(open_course, user=user)
    enrol(open_course, user=make_user())
    assert set(catalog.courses_for(user)) == {mine, open_course}
    assert catalog.courses_for(user).count() == 2
    boss = make_user(is_superuser=True)
    assert set(catalog.courses_for(boss)) == {closed, mine, open_course}


def test_courses_are_ordered_by_title() -> None:
    for title in ("b", "a", "c"):
        course = make_course()
        course.title = title
        course.save()
    titles = [course.title for course in catalog.courses_for(make_user())]
    assert titles == ["a", "b", "c"]


def test_what_one_may_not_see_does_not_exist() -> None:
    user, course = make_user(), make_course(is_open=False)
    chapter, assessment = make_chapter(course), make_assessment(course)
    hidden = [
        lambda who: catalog.course_for(who, course.key),
        lambda who: catalog.chapter_for(who, course.key, chapter.key),
        lambda who: catalog.assessment_for(who, course.key, assessment.key),
    ]
    for look in hidden:
        for who in (user, AnonymousUser()):
            with pytest.raises(NotFoundError, match=r"There is no such course\."):
                look(who)
    enrol(course, user=user)
    assert [look(user) for look in hidden] == [course, chapter, assessment]


def test_unknown_keys_name_what_is_missing() -> None:
    user, course, other = make_user(), make_course(), make_course()
    chapter, assessment = make_chapter(other), make_assessment(other)
    with pytest.raises(NotFoundError, match="no such course"):
        catalog.course_for(user, "none")
    with pytest.raises(NotFoundError, match="no such chapter"):
        catalog.chapter_for(user, course.key, chapter.key)
    with pytest.raises(NotFoundError, match="no such assessment"):
        catalog.assessment_for(user, course.key, assessment.key)


def test_chapters_come_in_reading_order() -> None:
    course = make_course()
    later, sooner = make_chapter(course, number=2000), make_chapter(course, number=1000)
    assert catalog.chapters_of(course) == [sooner, later]


def test_a_card_before_the_first_attempt() -> None:
    course = make_course()
    first, second = make_free_response(course), make_free_response(course)
    assessment = make_assessment(
        course, first.question, second.question, instructions="Take *care*."
    )
    assessment.slots.filter(number=2).update(max_mark=3)
    card = catalog.assessment_card(assessment, user=make_user())
    assert card == catalog.AssessmentCard(
        instructions_html="<p>Take <em>care</em>.</p>\n",
        questions=2,
        max_mark=Decimal(4),
        attempts=(),
        in_progress=None,
        attempts_left=None,
    )


def test_a_card_counts_the_attempts_that_are_left() -> None:
    course, user = make_course(), make_user()
    question = make_free_response(course).question
    assessment = make_assessment(course, question, attempts_allowed=2)
    start(assessment, make_user())
    left = []
    for _ in range(2):
        instance = start(assessment, user)
        card = catalog.assessment_card(assessment, user=user)
        assert card.in_progress is not None
        assert card.in_progress.instance == instance
        finish_instance(instance, user=user)
        left.append(card.attempts_left)
    done = catalog.assessment_card(assessment, user=user)
    assert (left, done.attempts_left, done.in_progress) == ([1, 0], 0, None)


def test_more_attempts_than_now_allowed_leave_none() -> None:
    course, user = make_course(), make_user()
    question = make_free_response(course).question
    assessment = make_assessment(course, question, attempts_allowed=2)
    for _ in range(2):
        finish_instance(start(assessment, user), user=user)
    assessment.attempts_allowed = 1
    assert catalog.assessment_card(assessment, user=user).attempts_left == 0


def test_an_assessment_without_questions_has_no_marks() -> None:
    course = make_course()
    card = catalog.assessment_card(make_assessment(course), user=make_user())
    assert (card.questions, card.max_mark) == (0, Decimal(0))


def test_attempts_carry_marks_and_what_waits() -> None:
    course, user = make_course(), make_user()
    questions = [make_free_response(course).question for _ in range(3)]
    assessment, other = make_assessment(course, *questions), make_assessment(course)
    assessment.slots.filter(number=1).update(max_mark=2)
    old = start(assessment, user)
    finish_instance(old, user=user)
    new = start(assessment, user)
    new.questions.filter(number=1).update(fraction=Decimal("0.5"), state="partial")
    new.questions.filter(number=2).update(state="needs_grading")
    new.questions.filter(number=3).update(state="grading")
    rows = catalog.attempt_rows(user=user)
    assert rows == catalog.attempt_rows(user=user, assessment=assessment)
    assert catalog.attempt_rows(user=user, assessment=other) == []
    assert [
        (row.instance, row.mark, row.max_mark, row.waiting, row.percent) for row in rows
    ] == [
        (new, Decimal(1), Decimal(4), 2, Decimal(25)),
        (old, Decimal(0), Decimal(4), 0, Decimal(0)),
    ]
    assert [row.is_in_progress for row in rows] == [True, False]
    assert InstanceQuestion.objects.count() == 6
