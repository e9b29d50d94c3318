from decimal import Decimal

import pytest

from quizzes.domain.reviewing import grade_manually
from quizzes.models import AssessmentInstance
from tests import factories
from tests.personas import World
from tests.trapframe.api.problems import assert_problem


def start_path(world: World) -> str:
    course, assessment = world.course.key, world.assessment.key
    return f"/api/v1/courses/{course}/assessments/{assessment}/attempts/"


def attempt_path(world: World) -> str:
    return f"/api/v1/attempts/{world.attempt.uuid}/"


def test_starting_makes_an_attempt_once(world: World) -> None:
    client = world.token("peer", "learner")
    first, second = client.post(start_path(world)), client.post(start_path(world))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["uuid"] == second.json()["uuid"]
    assert AssessmentInstance.objects.filter(user=world.people["peer"]).count() == 1


def test_an_open_course_takes_new_learners_by_itself(world: World) -> None:
    world.course.is_open = True
    world.course.save()

    answer = world.token("outsider", "learner").post(start_path(world))
    assert answer.status_code == 201
    assert world.course.enrolments.get(user=world.people["outsider"]).role == "learner"


def test_a_closed_course_refuses_who_may_see_but_not_learn(world: World) -> None:
    answer = world.token("admin", "learner").post(start_path(world))

    assert_problem(answer, 403, "not_enrolled")


def test_used_attempts_are_used(world: World) -> None:
    world.assessment.attempts_allowed = 1
    world.assessment.save()
    client = world.token("owner", "learner")
    client.post(attempt_path(world) + "finish/")

    assert_problem(client.post(start_path(world)), 409, "no_attempts_left")


def test_an_assessment_without_questions_cannot_start(world: World) -> None:
    empty = factories.make_assessment(world.course)
    path = start_path(world).replace(world.assessment.key, empty.key)

    assert_problem(world.token("peer", "learner").post(path), 409, "no_questions")


def test_nobody_starts_for_somebody_else(world: World) -> None:
    client = world.token("peer", "learner")
    body = {"user": world.people["owner"].pk}

    problem = assert_problem(
        client.post(start_path(world), body, format="json"), 422, "unknown_field"
    )
    assert problem["problems"][0]["field"] == "user"


def test_own_attempts_are_listed(world: World) -> None:
    answer = world.token("owner", "learner").get(start_path(world))

    assert [row["uuid"] for row in answer.json()["results"]] == [
        str(world.attempt.uuid)
    ]
    assert world.token("peer", "learner").get(start_path(world)).json()["results"] == []


def test_an_attempt_shows_its_questions_and_score(world: World) -> None:
    answer = world.token("owner", "learner").get(attempt_path(world))

    document = answer.json()
    assert document.pop("opened_at") is not None
    assert document == {
        "uuid": str(world.attempt.uuid),
        "course": world.course.key,
        "assessment": world.assessment.key,
        "number": 1,
        "state": "in_progress",
        "closes_at": None,
        "finished_at": None,
        "score": {
            "mark": "0.00",
            "max_mark": "1.00",
            "percent": "0.00",
            "waiting": 1,
        },
        "questions": [
            {
                "number": 1,
                "title": "Say why",
                "variant": str(world.variant.uuid),
                "state": "grading",
                "max_mark": "1.00",
                "mark": None,
                "tries_spent": 1,
                "tries_allowed": 2,
                "is_open": False,
                "is_revealed": False,
            }
        ],
    }


def test_the_score_follows_the_grades(world: World) -> None:
    factories.drain()
    grade_manually(
        factories.job_of(world.submission),
        grader=world.people["instructor"],
        points={"kernel": Decimal(2), "stages": Decimal(0)},
        reason="Half of it.",
    )
    document = world.token("owner", "learner").get(attempt_path(world)).json()

    assert document["score"] == {
        "mark": "0.67",
        "max_mark": "1.00",
        "percent": "66.70",
        "waiting": 0,
    }
    assert document["questions"][0]["state"] == "partial"


@pytest.mark.parametrize(
    ("person", "scope", "status"),
    [
        ("owner", "learner", 200),
        ("peer", "learner", 404),
        ("outsider", "learner", 404),
        ("instructor", "staff", 200),
        ("instructor", "learner", 404),
        ("admin", "staff", 200),
        ("peer", "staff", 404),
        ("lms", "lms", 403),
    ],
)
def test_who_reads_an_attempt(
    world: World, person: str, scope: str, status: int
) -> None:
    assert world.token(person, scope).get(attempt_path(world)).status_code == status


@pytest.mark.parametrize(
    ("person", "status"), [("owner", 200), ("peer", 404), ("outsider", 404)]
)
def test_who_finishes_an_attempt(world: World, person: str, status: int) -> None:
    answer = world.token(person, "learner").post(attempt_path(world) + "finish/")

    assert answer.status_code == status
    world.attempt.refresh_from_db()
    assert (world.attempt.state == "finished") == (status == 200)


def test_staff_reads_an_attempt_but_does_not_end_it(world: World) -> None:
    answer = world.session("instructor").post(attempt_path(world) + "finish/")

    assert_problem(answer, 403, "not_yours")


def test_finishing_again_changes_nothing(world: World) -> None:
    client = world.token("owner", "learner")
    first = client.post(attempt_path(world) + "finish/").json()
    second = client.post(attempt_path(world) + "finish/").json()

    assert first["state"] == "finished"
    assert second["finished_at"] == first["finished_at"]
