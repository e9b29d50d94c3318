import csv
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.domain.enrolling import enrol
from quizzes.domain.finishing import finish_instance
from quizzes.domain.reviewing import grade_manually
from tests import factories
from tests.instructors import People, make_waiting


@pytest.fixture
def staff(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def one_graded(people: People) -> None:
    """An attempt of the learner, finished with 2 of 3 points."""
    job = make_waiting(people)
    points = {"kernel": Decimal(2), "stages": Decimal(0)}
    grade_manually(
        job, grader=people.instructor, points=points, reason="One is missing."
    )
    instance = job.submission.variant.instance_question.instance
    finish_instance(instance, user=people.learner)


def test_own_courses_have_grade_books(staff: Client, people: People) -> None:
    courses = staff.get(reverse("staff:gradebooks")).context["courses"]
    assert list(courses) == [people.course]


def test_the_table_has_learners_by_assessments(staff: Client, people: People) -> None:
    one_graded(people)
    factories.make_assessment(people.course, title="Not tried")
    response = staff.get(reverse("staff:gradebook", args=["os"]))
    [(person, percents)] = response.context["rows"]
    assert person == people.learner
    assert percents == [Decimal("66.7"), None]
    assert "66.7 %" in response.content.decode()


def test_a_course_without_learners_says_so(client: Client, people: People) -> None:
    client.force_login(people.outsider)
    page = client.get(reverse("staff:gradebook", args=["networks"])).content.decode()
    assert "No learner is enrolled yet." in page


def test_the_table_asks_as_often_for_thirty_rows_as_for_one(
    staff: Client,
    people: People,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            staff.get(reverse("staff:gradebook", args=["os"]))
        return len(captured)

    one_graded(people)
    few = queries()
    for _ in range(29):
        enrol(people.course, user=factories.make_user())
    assert queries() == few


def read(client: Client) -> list[list[str]]:
    response = client.get(reverse("staff:gradebook-csv", args=["os"]))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="gradebook-os.csv"'
    return list(csv.reader(response.content.decode().splitlines()))


def test_the_same_as_csv(staff: Client, people: People) -> None:
    one_graded(people)
    factories.make_assessment(people.course, title="Not tried")
    assert read(staff) == [
        ["user name", "first name", "last name", "e-mail", "A quiz", "Not tried"],
        ["lea", "Lea", "Learner", "", "66.7", ""],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(
    staff: Client, people: People, start: str
) -> None:
    people.learner.first_name = f"{start}HYPERLINK(1)"
    people.learner.save()
    factories.make_assessment(people.course, title="=1+1")
    response = staff.get(reverse("staff:gradebook-csv", args=["os"]))
    rows = csv.reader(io.StringIO(response.content.decode(), newline=""))
    assert list(rows) == [
        ["user name", "first name", "last name", "e-mail", "'=1+1"],
        ["lea", f"'{start}HYPERLINK(1)", "Learner", "", ""],
    ]
