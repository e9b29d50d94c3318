from typing import Any

import pytest
from django.db.models import ProtectedError

from quizzes.domain.enrolling import enrol
from quizzes.models import (
    Assessment,
    Chapter,
    ChapterRead,
    Course,
    Enrolment,
    Objective,
    Slot,
)
from tests import factories
from tests.quizzes.models.refusing import refused

pytestmark = pytest.mark.django_db


def test_keys_and_numbers_are_used_once() -> None:
    course = factories.make_course("os")
    chapter = factories.make_chapter(course, key="c", number=1)
    assessment = factories.make_assessment(course, key="a")
    with refused("key"):
        Course.objects.create(key="os", title="Again")
    with refused("chapter_key"):
        Chapter.objects.create(course=course, key="c", number=2)
    with refused("chapter_number"):
        Chapter.objects.create(course=course, key="d", number=1)
    with refused("objective_key"):
        Objective.objects.create(chapter=chapter, key="LO1", text="again")
    with refused("assessment_key"):
        factories.make_assessment(course, key=assessment.key)
    other = factories.make_course()
    factories.make_chapter(other, key="c", number=1)
    factories.make_assessment(other, key="a")


def test_a_person_is_enrolled_once_in_a_known_role() -> None:
    course, user = factories.make_course(), factories.make_user()
    enrol(course, user=user)
    with refused("enrolled_once"):
        Enrolment.objects.create(course=course, user=user, role="instructor")
    with refused("enrolment_role"):
        Enrolment.objects.update(role="owner")


def test_a_chapter_is_read_once() -> None:
    chapter = factories.make_chapter(factories.make_course())
    user = factories.make_user()
    ChapterRead.objects.create(chapter=chapter, user=user)
    with refused("read_once"):
        ChapterRead.objects.create(chapter=chapter, user=user)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"kind": "exam"}, "assessment_kind"), ({"tries_per_question": 0}, "tries")],
)
def test_an_assessment_is_of_a_known_kind_with_a_try(
    fields: dict[str, Any], name: str
) -> None:
    assessment = factories.make_assessment(factories.make_course())
    with refused(name):
        Assessment.objects.filter(pk=assessment.pk).update(**fields)


def test_a_slot_has_its_number_and_a_mark() -> None:
    course = factories.make_course()
    question = factories.make_free_response(course).question
    assessment = factories.make_assessment(course, question)
    with refused("slot_number"):
        Slot.objects.create(assessment=assessment, number=1, question=question)
    with refused("slot_max_mark"):
        Slot.objects.update(max_mark=0)


def test_a_course_with_questions_stays() -> None:
    course = factories.make_course()
    factories.make_free_response(course)
    with pytest.raises(ProtectedError):
        course.delete()
    factories.make_course("empty").delete()
    assert list(Course.objects.all()) == [course]
