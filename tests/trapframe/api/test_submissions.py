from decimal import Decimal

import pytest

from quizzes.domain.reviewing import grade_manually
from tests import factories
from tests.personas import World


def path(world: World) -> str:
    return f"/api/v1/submissions/{world.submission.uuid}/"


def grade(world: World) -> None:
    factories.drain()
    grade_manually(
        factories.job_of(world.submission),
        grader=world.people["instructor"],
        points={"kernel": Decimal(2), "stages": Decimal(1)},
        reason="All of it.",
    )


def test_a_queued_submission_tells_its_place_and_when_to_ask_again(
    world: World,
) -> None:
    answer = world.token("owner", "learner").get(path(world))

    document = answer.json()
    assert document.pop("received_at") is not None
    assert document == {
        "uuid": str(world.submission.uuid),
        "variant": str(world.variant.uuid),
        "attempt": str(world.attempt.uuid),
        "number": 1,
        "answer": {"text": "No second kernel."},
        "job": {"state": "queued", "position": 1, "is_final": False},
        "evidence": None,
    }
    assert answer["Retry-After"] == "1"


def test_what_waits_for_a_person_is_not_polled_each_second(world: World) -> None:
    factories.drain()
    answer = world.token("owner", "learner").get(path(world))

    assert answer.json()["job"] == {
        "state": "needs_grading",
        "position": None,
        "is_final": False,
    }
    assert answer["Retry-After"] == "300"


def test_a_final_submission_is_not_polled(world: World) -> None:
    grade(world)
    answer = world.token("owner", "learner").get(path(world))

    assert "Retry-After" not in answer
    document = answer.json()
    assert document["job"]["is_final"] is True
    evidence = document["evidence"]
    assert evidence["outcome"] == "correct"
    assert evidence["fraction"] == "1.00000"
    assert evidence["reason"] == "All of it."
    assert evidence["points"] == {"kernel": "2", "stages": "1"}
    assert evidence["provenance"]["question_version"] == str(world.version)


@pytest.mark.parametrize(
    ("person", "scope", "status"),
    [
        ("owner", "learner", 200),
        ("peer", "learner", 404),
        ("outsider", "learner", 404),
        ("instructor", "staff", 200),
        ("instructor", "learner", 404),
        ("admin", "staff", 200),
        ("lms", "lms", 403),
    ],
)
def test_who_reads_a_submission(
    world: World, person: str, scope: str, status: int
) -> None:
    grade(world)

    assert world.token(person, scope).get(path(world)).status_code == status
