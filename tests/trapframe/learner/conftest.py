"""A closed course with one quiz, and three people around one attempt at it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from quizzes.domain.enrolling import enrol
from quizzes.models import Assessment, AssessmentInstance, Chapter, Course, Variant
from tests.factories import (
    make_assessment,
    make_chapter,
    make_course,
    make_executed,
    make_free_response,
    make_instructor,
    make_user,
    start,
    variant_of,
)

QUESTION = "what-execve-answers"


@dataclass
class Scene:
    """`quiz` asks an executed question, then one that a person grades."""

    course: Course
    chapter: Chapter
    quiz: Assessment
    owner: Any
    peer: Any
    outsider: Any
    instructor: Any
    instance: AssessmentInstance

    @property
    def variant(self) -> Variant:
        return variant_of(self.instance, 1)

    @property
    def text_variant(self) -> Variant:
        return variant_of(self.instance, 2)


@pytest.fixture
def scene(db: None) -> Scene:
    course = make_course(is_open=False)
    chapter = make_chapter(course)
    owner, peer, outsider = make_user("owner"), make_user("peer"), make_user("outsider")
    enrol(course, user=owner)
    enrol(course, user=peer)
    executed, written = make_executed(course, QUESTION), make_free_response(course)
    quiz = make_assessment(
        course, executed.question, written.question, chapter=chapter, attempts_allowed=2
    )
    return Scene(
        course=course,
        chapter=chapter,
        quiz=quiz,
        owner=owner,
        peer=peer,
        outsider=outsider,
        instructor=make_instructor(course),
        instance=start(quiz, owner),
    )


def client_of(person: Any) -> Client:
    """A browser in which this person is signed in; None for nobody."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client
