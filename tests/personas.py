"""The people of permission tests, around one attempt in a closed course.

*owner* learns and has the attempt, *peer* learns beside them, *outsider* has an
account and nothing else, *instructor* teaches the course, *stranger* teaches another
one, *admin* is a superuser, *lms* is the account of a learning-management system that
brought *brought*.
"""

from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from quizzes.domain.enrolling import enrol
from quizzes.enums import Role
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    Chapter,
    Course,
    QuestionVersion,
    Submission,
    Variant,
)
from tests import factories
from trapframe.accounts import tokens
from trapframe.accounts.models import ExternalIdentity

PEOPLE = (
    "anonymous",
    "outsider",
    "peer",
    "owner",
    "stranger",
    "instructor",
    "admin",
)
EXTERNAL_ID = "sis-4711"


@dataclass(frozen=True, slots=True)
class World:
    """A closed course with one assessment, and the owner's attempt at it."""

    people: dict[str, Any]
    course: Course
    chapter: Chapter
    assessment: Assessment
    version: QuestionVersion
    attempt: AssessmentInstance
    variant: Variant
    submission: Submission

    def session(self, name: str, *, enforce_csrf: bool = False) -> APIClient:
        """A browser in which this person is signed in; nobody for "anonymous"."""
        client = APIClient(enforce_csrf_checks=enforce_csrf)
        if name != "anonymous":
            client.force_login(self.people[name])
        return client

    def token(self, name: str, *scopes: str) -> APIClient:
        """A program with a token of this person."""
        return bearer(self.people[name], *scopes)


def bearer(user: Any, *scopes: str) -> APIClient:
    _, secret = tokens.issue(user, "test", scopes)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def make_world(*, executed: bool = False) -> World:
    """The world; its question is graded by a person unless ``executed``."""
    course = factories.make_course(is_open=False)
    chapter = factories.make_chapter(course)
    version = (
        factories.make_executed(course)
        if executed
        else factories.make_free_response(course)
    )
    assessment = factories.make_assessment(course, version.question, chapter=chapter)
    people = _people(course)
    attempt = factories.start(assessment, people["owner"])
    variant = factories.variant_of(attempt)
    answer = (
        factories.wrong_answer(variant) if executed else {"text": "No second kernel."}
    )
    submission = factories.submit(variant, answer, key="first")
    return World(
        people=people,
        course=course,
        chapter=chapter,
        assessment=assessment,
        version=version,
        attempt=attempt,
        variant=variant,
        submission=submission,
    )


def _people(course: Course) -> dict[str, Any]:
    people = {
        name: factories.make_user(name)
        for name in ("owner", "peer", "outsider", "brought")
    }
    for learner in ("owner", "peer", "brought"):
        enrol(course, user=people[learner])
    people["instructor"] = factories.make_instructor(course, "instructor")
    people["stranger"] = factories.make_instructor(
        factories.make_course("elsewhere", is_open=False), "stranger"
    )
    people["admin"] = factories.make_user("admin", is_staff=True, is_superuser=True)
    people["lms"] = factories.make_user("lms")
    enrol(course, user=people["lms"], role=Role.INSTRUCTOR)
    ExternalIdentity.objects.create(
        owner=people["lms"], external_id=EXTERNAL_ID, user=people["brought"]
    )
    return people
