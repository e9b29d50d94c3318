from decimal import Decimal
from typing import Any

import pytest

from quizzes.domain.finishing import finish_instance
from quizzes.domain.progress import (
    chapter_progress,
    chapters_progress,
    mark_chapter_read,
)
from quizzes.models import ChapterRead
from tests import factories
from tests.desks import executed_desk
from tests.racing import race

pytestmark = pytest.mark.django_db


def test_a_chapter_is_read_once() -> None:
    chapter = factories.make_chapter(factories.make_course())
    user, other = factories.make_user(), factories.make_user()
    first = mark_chapter_read(chapter, user=user)
    again = mark_chapter_read(chapter, user=user)
    assert (again, again.read_at) == (first, first.read_at)
    assert chapter_progress(chapter, user=user).is_read is True
    assert chapter_progress(chapter, user=other).is_read is False


@pytest.mark.django_db(transaction=True)
def test_a_chapter_read_in_ten_tabs_is_read_once() -> None:
    chapter = factories.make_chapter(factories.make_course())
    user = factories.make_user()
    results = race([lambda: mark_chapter_read(chapter, user=user)] * 10)
    assert {read.pk for read in results} == {ChapterRead.objects.get().pk}


def test_steps_are_reading_and_finished_assessments() -> None:
    desk = executed_desk()
    chapter = factories.make_chapter(desk.course)
    desk.assessment.chapter = chapter
    desk.assessment.save()
    factories.make_assessment(desk.course, desk.version.question, chapter=chapter)

    def percent() -> int:
        return chapter_progress(chapter, user=desk.learner).percent

    assert percent() == 0
    mark_chapter_read(chapter, user=desk.learner)
    assert percent() == 33
    desk.graded("a")
    assert percent() == 33
    finish_instance(desk.instance, user=desk.learner)
    progress = chapter_progress(chapter, user=desk.learner)
    assert progress.chapter == chapter
    assert [p.best_percent for p in progress.assessments] == [Decimal("100.0"), None]
    assert progress.percent == 66
    assert chapter_progress(chapter, user=desk.peer).percent == 0


def test_assessments_come_in_their_order_and_in_their_chapter() -> None:
    course = factories.make_course()
    chapters = [factories.make_chapter(course) for _ in range(2)]
    for position, chapter in ((2, 0), (1, 0), (3, 1)):
        factories.make_assessment(
            course, chapter=chapters[chapter], position=position, title=str(position)
        )
    found = chapters_progress(chapters, user=factories.make_user())
    titles = [[p.assessment.title for p in progress.assessments] for progress in found]
    assert titles == [["1", "2"], ["3"]]
    assert [progress.chapter for progress in found] == chapters


def test_a_chapter_without_assessments_is_done_when_it_is_read() -> None:
    chapter = factories.make_chapter(factories.make_course())
    user = factories.make_user()
    mark_chapter_read(chapter, user=user)
    assert chapter_progress(chapter, user=user).percent == 100


def test_the_number_of_queries_does_not_grow_with_the_chapters(
    django_assert_num_queries: Any,
) -> None:
    course = factories.make_course()
    chapters = [factories.make_chapter(course) for _ in range(30)]
    for chapter in chapters:
        factories.make_assessment(course, chapter=chapter)
    user = factories.make_user()
    for some in (chapters[:1], chapters):
        with django_assert_num_queries(3):
            assert len(chapters_progress(some, user=user)) == len(some)
