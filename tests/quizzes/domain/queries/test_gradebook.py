from decimal import Decimal
from typing import Any

import pytest

from quizzes.domain.enrolling import enrol
from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.gradebook import (
    GradebookRow,
    best_percents,
    gradebook_rows,
    grades_since,
    learners_of,
)
from quizzes.models import AssessmentInstance, Course, GradeEvent
from tests import factories
from tests.desks import Desk, executed_desk

pytestmark = pytest.mark.django_db


def _finished(desk: Desk, user: Any, *fractions: str | None) -> AssessmentInstance:
    """A finished attempt whose questions have these fractions."""
    instance = factories.start(desk.assessment, user)
    for number, fraction in enumerate(fractions, start=1):
        instance.questions.filter(number=number).update(fraction=fraction)
    return finish_instance(instance, user=user)


def test_the_best_finished_attempt_counts() -> None:
    desk = executed_desk()
    assert best_percents([desk.assessment], user=desk.learner) == {}
    for fraction in ("0.25", "0.75", "0.5"):
        _finished(desk, desk.learner, fraction)
    factories.start(desk.assessment, desk.learner).questions.update(fraction=1)
    _finished(desk, desk.peer, "1")
    best = best_percents([desk.assessment], user=desk.learner)
    assert best == {desk.assessment.pk: Decimal("75.0")}


def test_marks_weigh_and_what_is_not_graded_counts_nothing() -> None:
    course = factories.make_course()
    versions = [factories.make_small(course) for _ in range(3)]
    assessment = factories.make_assessment(course, *(v.question for v in versions))
    assessment.slots.filter(number=1).update(max_mark=6)
    user = factories.make_user()
    instance = factories.start(assessment, user)
    instance.questions.filter(number=1).update(fraction="0.5")
    instance.questions.filter(number=2).update(fraction="1")
    finish_instance(instance, user=user)
    assert best_percents([assessment], user=user) == {assessment.pk: Decimal("50.0")}
    assert best_percents([], user=user) == {}


def test_the_table_keeps_the_order_of_the_learners() -> None:
    desk, other = executed_desk(), executed_desk()
    _finished(desk, desk.learner, "0.5")
    _finished(other, desk.learner, "1")
    _finished(desk, desk.peer, None)
    nobody = factories.make_user()
    users = [nobody, desk.peer, desk.learner]
    assert gradebook_rows([desk.assessment, other.assessment], users) == [
        GradebookRow(nobody, {}),
        GradebookRow(desk.peer, {desk.assessment.pk: Decimal("0.0")}),
        GradebookRow(
            desk.learner,
            {
                desk.assessment.pk: Decimal("50.0"),
                other.assessment.pk: Decimal("100.0"),
            },
        ),
    ]


def test_the_table_takes_one_query_for_any_number(
    django_assert_num_queries: Any,
) -> None:
    desk = executed_desk()
    users = [factories.make_user() for _ in range(30)]
    for user in users:
        _finished(desk, user, "1")
    for some in (users[:1], users):
        with django_assert_num_queries(1):
            assert len(gradebook_rows([desk.assessment], some)) == len(some)


def test_learners_of_a_course_by_name() -> None:
    desk = executed_desk()
    other = factories.make_course()
    anna = factories.make_user("anna", last_name="Berg")
    zoe = factories.make_user("zoe", last_name="Abt")
    bob = factories.make_user("bob", last_name="Berg")
    for user in (anna, zoe, bob):
        enrol(desk.course, user=user)
    enrol(other, user=factories.make_user("carl"))
    assert list(learners_of(desk.course)) == [desk.learner, zoe, anna, bob]


def _event(desk: Desk, fraction: str = "1") -> GradeEvent:
    return GradeEvent.objects.create(
        instance_question=desk.question, source="auto", fraction=fraction
    )


def _page(cursor: int, desk: Desk, *users: Any, limit: int = 200) -> tuple[Any, ...]:
    page = grades_since(
        cursor,
        users=users or [desk.learner],
        courses=Course.objects.filter(pk=desk.course.pk),
        limit=limit,
    )
    return page.events, page.next_cursor, page.has_more


def test_an_empty_ledger_is_an_empty_page() -> None:
    desk = executed_desk()
    assert _page(0, desk) == ([], 0, False)
    assert _page(7, desk) == ([], 7, False)


def test_pages_are_exact_at_their_edges() -> None:
    desk = executed_desk()
    events = [_event(desk) for _ in range(4)]
    assert _page(0, desk, limit=2) == (events[:2], events[1].pk, True)
    assert _page(events[1].pk, desk, limit=2) == (events[2:], events[3].pk, False)
    assert _page(0, desk, limit=3) == (events[:3], events[2].pk, True)
    assert _page(0, desk, limit=4) == (events, events[3].pk, False)
    assert _page(events[3].pk, desk) == ([], events[3].pk, False)
    later = _event(desk)
    assert _page(events[3].pk, desk) == ([later], later.pk, False)


def test_a_page_holds_only_what_was_asked_for() -> None:
    desk, other = executed_desk(), executed_desk()
    peer = factories.start(desk.assessment, desk.peer).questions.get()
    mine = _event(desk)
    theirs = GradeEvent.objects.create(
        instance_question=peer, source="auto", fraction=0
    )
    last = _event(other)
    # The cursor moves past what others have: nothing is looked at twice.
    assert _page(0, desk) == ([mine], last.pk, False)
    assert _page(0, desk, desk.peer) == ([theirs], last.pk, False)
    assert _page(0, desk, desk.learner, desk.peer)[0] == [mine, theirs]
    assert _page(0, desk, other.learner) == ([], last.pk, False)


def test_a_page_takes_the_same_queries_for_any_number(
    django_assert_num_queries: Any,
) -> None:
    desk = executed_desk()
    desk.graded("b")
    for count in (1, 30):
        while GradeEvent.objects.count() < count:
            _event(desk)
        # Savepoint, lock, horizon, savepoint released; the page.
        with django_assert_num_queries(5):
            events = _page(0, desk)[0]
            names = {
                (
                    event.instance_question.instance.user.username,
                    event.instance_question.instance.assessment.course.key,
                    event.submission and event.submission.number,
                )
                for event in events
            }
        assert len(events) == count
        assert {name[:2] for name in names} == {
            (desk.learner.username, desk.course.key)
        }
