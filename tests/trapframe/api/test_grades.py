"""The ledger as an LMS reads it: exact, also while it is being written."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from quizzes.domain.ledger import hold_ledger
from quizzes.domain.reviewing import grade_manually
from quizzes.enums import GradeSource, Role
from quizzes.models import AssessmentInstance, Enrolment, GradeEvent, InstanceQuestion
from tests import factories
from tests.personas import EXTERNAL_ID, World, make_world
from tests.trapframe.api.problems import assert_problem

GRADES = "/api/v1/lms/grades/"
WRITERS, ROUNDS = 4, 12


@pytest.fixture
def attempt(world: World) -> AssessmentInstance:
    """An attempt of the learner whom the LMS brought."""
    return factories.start(world.assessment, world.people["brought"])


def append(instance: AssessmentInstance, fraction: str = "0.5") -> GradeEvent:
    with transaction.atomic():
        hold_ledger()
        return GradeEvent.objects.create(
            instance_question=InstanceQuestion.objects.get(instance=instance),
            source=GradeSource.AUTO,
            fraction=Decimal(fraction),
        )


def read(client: APIClient, **query: Any) -> Any:
    answer = client.get(GRADES, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(page: Any) -> list[int]:
    return [grade["id"] for grade in page["grades"]]


def test_a_grade_names_the_learner_as_the_lms_does(
    world: World, attempt: AssessmentInstance
) -> None:
    submission = factories.submit(
        factories.variant_of(attempt), {"text": "No second kernel."}
    )
    factories.drain()
    grade_manually(
        factories.job_of(submission),
        grader=world.people["instructor"],
        points={"kernel": Decimal(2), "stages": Decimal(0)},
        reason="Two thirds.",
    )
    page = read(world.token("lms", "lms"))

    [grade] = page["grades"]
    assert grade.pop("graded_at") is not None
    assert grade == {
        "id": page["next"],
        "external_id": EXTERNAL_ID,
        "course": world.course.key,
        "assessment": world.assessment.key,
        "attempt": str(attempt.uuid),
        "attempt_number": 1,
        "attempt_state": "in_progress",
        "question_number": 1,
        "fraction": "0.66667",
        "graded_by": "manual",
        "score": "0.67",
        "max_score": "1.00",
    }
    assert page["has_more"] is False


def test_pages_follow_each_other(world: World, attempt: AssessmentInstance) -> None:
    made = [append(attempt).pk for _ in range(5)]
    client = world.token("lms", "lms")
    first = read(client, limit=2)
    second = read(client, limit=2, since=first["next"])
    third = read(client, limit=2, since=second["next"])

    assert [ids(first), ids(second), ids(third)] == [made[:2], made[2:4], made[4:]]
    assert [p["has_more"] for p in (first, second, third)] == [True, True, False]


def test_nothing_comes_twice_and_what_is_new_comes(
    world: World, attempt: AssessmentInstance
) -> None:
    client = world.token("lms", "lms")
    empty = read(client)
    event = append(attempt)
    page = read(client, since=empty["next"])

    assert ids(page) == [event.pk]
    assert ids(read(client, since=page["next"])) == []


def test_a_grade_of_zero_is_a_grade(world: World, attempt: AssessmentInstance) -> None:
    append(attempt, "0")

    [grade] = read(world.token("lms", "lms"))["grades"]
    assert (grade["fraction"], grade["score"]) == ("0.00000", "0.00")


def test_an_lms_reads_only_the_grades_of_whom_it_brought(
    world: World, attempt: AssessmentInstance
) -> None:
    append(world.attempt)  # the owner's
    mine = append(attempt)

    assert ids(read(world.token("lms", "lms"))) == [mine.pk]
    assert ids(read(world.token("instructor", "lms"))) == []


def test_an_lms_reads_only_courses_that_its_owner_teaches(
    world: World, attempt: AssessmentInstance
) -> None:
    append(attempt)
    client = world.token("lms", "lms")
    Enrolment.objects.filter(user=world.people["lms"]).update(role=Role.LEARNER)

    assert ids(read(client)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"since": "-1"},
        {"since": "x"},
        {"since": 2**63},
        {"limit": 0},
        {"limit": 501},
        {"limit": ""},
    ],
)
def test_a_query_that_cannot_be_answered(world: World, query: dict[str, Any]) -> None:
    answer = world.token("lms", "lms").get(GRADES, query)

    problem = assert_problem(answer, 422, "invalid_input")
    assert [place["field"] for place in problem["problems"]] == list(query)


def test_a_misspelt_cursor_is_no_read_from_the_start(world: World) -> None:
    answer = world.token("lms", "lms").get(GRADES, {"sicne": "5"})

    assert_problem(answer, 422, "unknown_field")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_skipped_while_many_write() -> None:
    """Ids are drawn before the commit: a naive reader would step over slow writers."""
    world = make_world()
    attempt = factories.start(world.assessment, world.people["brought"])
    client = world.token("lms", "lms")

    def write(number: int) -> list[int]:
        chance, made = random.Random(number), []
        for _ in range(ROUNDS):
            with transaction.atomic():
                made += [append(attempt).pk for _ in range(chance.randint(1, 3))]
                time.sleep(chance.random() / 50)
        connection.close()
        return made

    seen: list[int] = []
    since = 0
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        while True:
            finished = all(writer.done() for writer in writers)
            page = read(client, since=since, limit=500)
            seen += ids(page)
            since = page["next"]
            if finished and not page["has_more"] and not page["grades"]:
                break
    made = sorted(pk for writer in writers for pk in writer.result())
    assert seen == made
