from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from quizzes import rules
from quizzes.domain.enrolling import enrol
from tests import factories
from tests.desks import Desk, make_desk

pytestmark = pytest.mark.django_db

EVERYBODY = (
    "anonymous",
    "owner",
    "peer",
    "outsider",
    "instructor",
    "other_instructor",
    "admin",
    "staff",
)


@dataclass(frozen=True)
class World:
    """An attempt of *owner* in a closed course, and everybody around it."""

    desk: Desk
    people: dict[str, Any]

    def allowed(self, predicate: Any, *args: Any) -> set[str]:
        """Who may, by the predicate."""
        answers = {name: predicate(self.people[name], *args) for name in EVERYBODY}
        assert {type(answer) for answer in answers.values()} == {bool}
        return {name for name, answer in answers.items() if answer}


@pytest.fixture
def world() -> World:
    course = factories.make_course()
    desk = make_desk(factories.make_free_response(course))
    enrol(course, user=desk.peer)
    course.is_open = False
    course.save()
    other = factories.make_course()
    return World(
        desk,
        {
            "anonymous": AnonymousUser(),
            "owner": desk.learner,
            "peer": desk.peer,
            "outsider": factories.make_user(),
            "instructor": desk.instructor,
            "other_instructor": factories.make_instructor(other),
            "admin": factories.make_user(is_superuser=True),
            # May enter the admin, which is no role in any course.
            "staff": factories.make_user(is_staff=True),
        },
    )


def test_a_closed_course_is_seen_by_its_people(world: World) -> None:
    course = world.desk.instance.assessment.course
    course.refresh_from_db()
    assert world.allowed(rules.can_view_course, course) == {
        "owner",
        "peer",
        "instructor",
        "admin",
    }


def test_an_open_course_is_seen_by_all_who_signed_in(world: World) -> None:
    course = factories.make_course(is_open=True)
    everybody = set(EVERYBODY) - {"anonymous"}
    assert world.allowed(rules.can_view_course, course) == everybody


@pytest.mark.parametrize("predicate", [rules.can_author, rules.can_grade])
def test_a_course_is_written_and_graded_by_its_instructors(
    world: World, predicate: Any
) -> None:
    course = world.desk.course
    assert world.allowed(predicate, course) == {"instructor", "admin"}


def test_an_attempt_is_seen_by_its_owner_and_those_who_grade(world: World) -> None:
    allowed = world.allowed(rules.can_view_instance, world.desk.instance)
    assert allowed == {"owner", "instructor", "admin"}


@pytest.mark.parametrize(
    "predicate", [rules.can_author_scenarios, rules.is_staff_somewhere]
)
def test_scenarios_are_written_by_any_instructor(world: World, predicate: Any) -> None:
    assert world.allowed(predicate) == {"instructor", "other_instructor", "admin"}


def test_an_instructor_who_also_learns_there_elsewhere_is_no_author(
    world: World,
) -> None:
    person = world.people["other_instructor"]
    enrol(world.desk.course, user=person)
    assert rules.can_view_course(person, world.desk.course) is True
    assert rules.can_author(person, world.desk.course) is False
