from typing import Any

import pytest

from quizzes.domain.progress import mark_chapter_read
from quizzes.models import Objective
from tests import factories
from tests.personas import World
from tests.trapframe.api.problems import assert_problem

COURSES = "/api/v1/courses/"


def keys(answer: Any) -> list[str]:
    return [row["key"] for row in answer.json()["results"]]


def test_a_learner_sees_open_courses_and_their_own(world: World) -> None:
    opened = factories.make_course()

    assert keys(world.token("peer", "learner").get(COURSES)) == [
        world.course.key,
        opened.key,
    ]
    assert keys(world.token("outsider", "learner").get(COURSES)) == [opened.key]
    # and the closed one of the stranger
    assert len(keys(world.token("admin", "learner").get(COURSES))) == 3


def test_an_lms_sees_the_courses_that_its_owner_teaches(world: World) -> None:
    factories.make_course()

    assert keys(world.token("lms", "lms").get(COURSES)) == [world.course.key]
    assert keys(world.token("outsider", "lms").get(COURSES)) == []


@pytest.mark.parametrize(
    ("person", "role"),
    [("peer", "learner"), ("instructor", "instructor"), ("admin", None)],
)
def test_a_course_tells_the_callers_role(
    world: World, person: str, role: str | None
) -> None:
    answer = world.token(person, "learner").get(f"{COURSES}{world.course.key}/")

    assert answer.json() == {
        "key": world.course.key,
        "title": "A course",
        "summary": "",
        "is_open": False,
        "role": role,
        "chapters": [
            {
                "key": world.chapter.key,
                "number": world.chapter.number,
                "title": "A chapter",
                "level": "",
                "minutes": 0,
            }
        ],
    }


def test_chapters_stand_in_reading_order(world: World) -> None:
    late = factories.make_chapter(world.course, number=9000)
    early = factories.make_chapter(world.course, number=0)
    answer = world.token("peer", "learner").get(f"{COURSES}{world.course.key}/")

    assert [row["key"] for row in answer.json()["chapters"]] == [
        early.key,
        world.chapter.key,
        late.key,
    ]


def test_a_chapter(world: World) -> None:
    Objective.objects.create(chapter=world.chapter, key="LO2", text="say why")
    path = f"{COURSES}{world.course.key}/chapters/{world.chapter.key}/"
    answer = world.token("peer", "learner").get(path)

    assert answer.json() == {
        "key": world.chapter.key,
        "number": world.chapter.number,
        "title": "A chapter",
        "level": "",
        "minutes": 0,
        "objectives": [
            {"key": "LO1", "text": "say what it is"},
            {"key": "LO2", "text": "say why"},
        ],
        "intro_html": "<p>Intro.</p>",
        "body_html": "<p>Body.</p>",
    }


def test_an_assessment_tells_its_rules(world: World) -> None:
    expected = {
        "key": world.assessment.key,
        "title": "A quiz",
        "kind": "quiz",
        "chapter": world.chapter.key,
        "instructions": "",
        "attempts_allowed": None,
        "tries_per_question": 2,
        "score_policy": "best",
        "time_limit_minutes": None,
        "question_count": 1,
    }
    client = world.token("peer", "learner")
    path = f"{COURSES}{world.course.key}/assessments/"

    assert client.get(path).json()["results"] == [expected]
    assert client.get(f"{path}{world.assessment.key}/").json() == expected


def test_an_assessment_may_belong_to_no_chapter(world: World) -> None:
    loose = factories.make_assessment(world.course, world.version.question)
    path = f"{COURSES}{world.course.key}/assessments/{loose.key}/"

    assert world.token("peer", "learner").get(path).json()["chapter"] is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "chapters/{chapter}/",
        "assessments/",
        "assessments/{assessment}/",
        "assessments/{assessment}/attempts/",
        "progress/",
    ],
)
def test_a_closed_course_does_not_exist_for_outsiders(world: World, path: str) -> None:
    path = f"{COURSES}{world.course.key}/" + path.format(
        chapter=world.chapter.key, assessment=world.assessment.key
    )

    assert world.token("peer", "learner").get(path).status_code == 200
    assert_problem(world.token("outsider", "learner").get(path), 404, "not_found")


@pytest.mark.parametrize("path", ["chapters/none/", "assessments/none/", "../none/"])
def test_what_is_not_there(world: World, path: str) -> None:
    path = f"{COURSES}{world.course.key}/{path}".replace(f"{world.course.key}/../", "")

    assert_problem(world.token("peer", "learner").get(path), 404, "not_found")


def test_own_progress(world: World) -> None:
    path = f"{COURSES}{world.course.key}/progress/"
    client = world.token("owner", "learner")
    mark_chapter_read(world.chapter, user=world.people["owner"])

    assert client.get(path).json() == {
        "course": world.course.key,
        "chapters": [
            {
                "chapter": world.chapter.key,
                "title": "A chapter",
                "is_read": True,
                "percent": 50,
                "assessments": [
                    {
                        "assessment": world.assessment.key,
                        "title": "A quiz",
                        "best_percent": None,
                    }
                ],
            }
        ],
    }
    client.post(f"/api/v1/attempts/{world.attempt.uuid}/finish/")
    chapter = client.get(path).json()["chapters"][0]
    assert chapter["percent"] == 100
    assert chapter["assessments"][0]["best_percent"] == "0.00"

    peers = world.token("peer", "learner").get(path).json()["chapters"][0]
    assert (peers["is_read"], peers["percent"]) == (False, 0)
