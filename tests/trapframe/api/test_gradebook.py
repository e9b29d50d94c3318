from decimal import Decimal
from typing import Any

import pytest

from quizzes.domain.finishing import finish_instance
from quizzes.domain.reviewing import grade_manually
from tests import factories
from tests.personas import World
from tests.trapframe.api.problems import assert_problem


def path(world: World) -> str:
    return f"/api/v1/courses/{world.course.key}/gradebook/"


def grades(answer: Any) -> dict[str, Any]:
    return {row["username"]: row["grades"] for row in answer.json()["results"]}


def test_the_table_has_each_learners_best_percent(world: World) -> None:
    factories.drain()
    grade_manually(
        factories.job_of(world.submission),
        grader=world.people["instructor"],
        points={"kernel": Decimal(1), "stages": Decimal(0)},
        reason="A third.",
    )
    finish_instance(world.attempt, user=world.people["owner"])
    key = world.assessment.key

    answer = world.token("instructor", "staff").get(path(world))
    assert grades(answer) == {
        "owner": [{"assessment": key, "percent": "33.30"}],
        "peer": [{"assessment": key, "percent": None}],
        "brought": [{"assessment": key, "percent": None}],
    }


def test_one_assessment_alone(world: World) -> None:
    other = factories.make_assessment(world.course, world.version.question)
    client = world.token("instructor", "staff")

    assert len(grades(client.get(path(world)))["owner"]) == 2
    answer = client.get(path(world), {"assessment": other.key})
    assert grades(answer)["owner"] == [{"assessment": other.key, "percent": None}]
    answer = client.get(path(world), {"assessment": "none"})
    assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("person", "scope", "status"),
    [
        ("instructor", "staff", 200),
        ("admin", "staff", 200),
        ("owner", "staff", 404),
        ("peer", "staff", 404),
        ("outsider", "staff", 404),
        ("instructor", "learner", 403),
        ("lms", "lms", 403),
    ],
)
def test_who_reads_the_gradebook(
    world: World, person: str, scope: str, status: int
) -> None:
    assert world.token(person, scope).get(path(world)).status_code == status
