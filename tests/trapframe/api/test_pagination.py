from base64 import b64encode
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes.domain.enrolling import enrol
from quizzes.models import AssessmentInstance
from tests import factories
from tests.personas import World
from tests.trapframe.api.problems import assert_problem
from trapframe.accounts.models import ExternalIdentity

COURSES = "/api/v1/courses/"


def made_up(position: str) -> str:
    return b64encode(position.encode()).decode()


def test_pages_follow_each_other_without_gap_or_repetition(world: World) -> None:
    made = [world.course.key, *(factories.make_course().key for _ in range(6))]
    client = world.token("owner", "learner")
    seen, path = [], f"{COURSES}?page_size=3"
    while path:
        page = client.get(path).json()
        seen.append([row["key"] for row in page["results"]])
        path = page["next"]

    assert seen == [made[:3], made[3:6], made[6:]]
    assert page["previous"] is not None
    assert [row["key"] for row in client.get(page["previous"]).json()["results"]] == (
        made[3:6]
    )


def test_a_row_that_is_added_meanwhile_moves_nothing(world: World) -> None:
    for _ in range(4):
        factories.make_course()
    client = world.token("owner", "learner")
    first = client.get(COURSES, {"page_size": 3}).json()
    added = factories.make_course().key
    second = client.get(first["next"]).json()

    keys = [row["key"] for page in (first, second) for row in page["results"]]
    assert len(keys) == len(set(keys)) == 6
    assert keys[-1] == added


def test_a_page_is_capped(world: World) -> None:
    for _ in range(201):
        factories.make_course()
    client = world.token("owner", "learner")

    assert len(client.get(COURSES).json()["results"]) == 50
    for size in ("100000", "9" * 5000):
        assert len(client.get(COURSES, {"page_size": size}).json()["results"]) == 200


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "", "٣", "00"])
def test_a_page_size_that_is_none(world: World, size: str) -> None:
    answer = world.token("owner", "learner").get(COURSES, {"page_size": size})

    problem = assert_problem(answer, 422, "invalid_input")
    assert problem["problems"][0]["field"] == "page_size"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        made_up("p=x"),
        made_up("p=1;drop"),
        made_up("p=99999999999999999999"),
        made_up("o=x"),
        made_up("p=\x00"),
    ],
)
def test_a_cursor_that_was_made_up(world: World, cursor: str) -> None:
    answer = world.token("owner", "learner").get(COURSES, {"cursor": cursor})

    problem = assert_problem(answer, 422, "invalid_input")
    assert problem["problems"][0]["field"] == "cursor"


def add_course(world: World) -> None:
    factories.make_course()


def add_assessment(world: World) -> None:
    factories.make_assessment(
        world.course, world.version.question, chapter=world.chapter
    )


def add_attempt(world: World) -> None:
    AssessmentInstance.objects.filter(user=world.people["owner"]).update(
        state="finished", finished_at="2027-01-01T00:00:00Z"
    )
    factories.start(world.assessment, world.people["owner"])


def add_chapter(world: World) -> None:
    factories.make_chapter(world.course)


def add_learner(world: World) -> None:
    user = factories.make_user()
    enrol(world.course, user=user)
    ExternalIdentity.objects.create(
        owner=world.people["lms"], external_id=user.username, user=user
    )


@pytest.mark.parametrize(
    ("person", "scope", "path", "add"),
    [
        ("owner", "learner", "courses/", add_course),
        ("owner", "learner", "courses/{course}/", add_chapter),
        ("owner", "learner", "courses/{course}/assessments/", add_assessment),
        ("owner", "learner", "courses/{course}/progress/", add_chapter),
        ("owner", "learner", "courses/{course}/progress/", add_assessment),
        (
            "owner",
            "learner",
            "courses/{course}/assessments/{assessment}/attempts/",
            add_attempt,
        ),
        ("instructor", "staff", "courses/{course}/gradebook/", add_learner),
        ("instructor", "staff", "courses/{course}/gradebook/", add_assessment),
        ("lms", "lms", "lms/learners/", add_learner),
    ],
)
def test_a_list_asks_as_often_for_thirty_rows_as_for_one(
    world: World, person: str, scope: str, path: str, add: Callable[[World], None]
) -> None:
    client = world.token(person, scope)
    path = "/api/v1/" + path.format(
        course=world.course.key, assessment=world.assessment.key
    )

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    queries()  # the first one also notes the token's use
    few = queries()
    for _ in range(30):
        add(world)
    assert queries() == few
