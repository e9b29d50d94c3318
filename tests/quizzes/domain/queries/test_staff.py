from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries.staff import dead_job, own_verdict, review_job
from quizzes.domain.reviewing import grade_manually
from quizzes.models import GradingJob
from tests.instructors import People, kill, make_people, make_waiting


@pytest.fixture
def people(db: None) -> People:
    return make_people()


@pytest.fixture
def job(people: People) -> GradingJob:
    return make_waiting(people)


def grade(job: GradingJob, people: People) -> Any:
    points = {"kernel": Decimal(2), "stages": Decimal(1)}
    return grade_manually(
        job, grader=people.instructor, points=points, reason="Right."
    ).verdict


def is_found(find: Callable[[Any, Any], Any], user: Any, row: Any) -> bool:
    try:
        return bool(find(user, row.uuid) == row)
    except NotFoundError:
        return False


def who(find: Callable[[Any, Any], Any], people: People, row: Any) -> list[str]:
    names = ("instructor", "admin", "outsider", "learner")
    return [name for name in names if is_found(find, people.named(name), row)]


def test_jobs_and_verdicts_are_found_by_the_courses_instructors(
    people: People, job: GradingJob
) -> None:
    verdict = grade(job, people)
    assert who(review_job, people, job) == ["instructor", "admin"]
    assert who(dead_job, people, job) == ["instructor", "admin"]
    assert who(own_verdict, people, verdict) == ["instructor", "admin"]


def test_a_job_for_review_waits_or_has_its_grade(
    people: People, job: GradingJob
) -> None:
    assert is_found(review_job, people.instructor, job)
    grade(job, people)
    assert is_found(review_job, people.instructor, job)
    assert not is_found(review_job, people.instructor, kill(make_waiting(people)))


@pytest.mark.parametrize("find", [review_job, dead_job, own_verdict])
def test_what_is_not_there_is_not_found(
    people: People, find: Callable[[Any, Any], Any]
) -> None:
    with pytest.raises(NotFoundError):
        find(people.admin, uuid4())
