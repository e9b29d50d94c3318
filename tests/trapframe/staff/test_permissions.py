"""Every page of the staff, for five people."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.domain.reviewing import grade_manually
from quizzes.models import GradingJob
from tests.instructors import People, kill, make_waiting
from trapframe.staff.urls import urlpatterns

ALL = {"learner": 403, "outsider": 200, "instructor": 200, "admin": 200}
OWN = {"learner": 403, "outsider": 404, "instructor": 200, "admin": 200}
OWN_POST = {"learner": 403, "outsider": 404, "instructor": 302, "admin": 302}
SIGN_IN = "/accounts/sign-in/"

PAGES: Mapping[str, tuple[str, str, dict[str, int]]] = {
    "queue": ("get", "", ALL),
    "grade": ("get", "job", OWN),
    "dead-jobs": ("get", "", ALL),
    "retry": ("post", "dead", OWN_POST),
    "health": ("get", "", ALL),
    "live-workers": ("get", "", ALL),
    "gradebooks": ("get", "", ALL),
    "gradebook": ("get", "course", OWN),
    "gradebook-csv": ("get", "course", OWN),
    "verdict": ("get", "verdict", OWN),
    "rerun": ("post", "verdict", OWN),
}


def test_every_page_has_its_line() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.fixture
def rows(people: People) -> dict[str, list[Any]]:
    return {
        "": [],
        "course": ["os"],
        "job": [make_waiting(people).uuid],
        "dead": [kill(make_waiting(people)).uuid],
        "verdict": [graded(people).uuid],
    }


def graded(people: People) -> Any:
    points = {"kernel": Decimal(1), "stages": Decimal(1)}
    job = make_waiting(people)
    event = grade_manually(
        job, grader=people.instructor, points=points, reason="half of it"
    )
    return event.verdict


@pytest.mark.parametrize("name", PAGES)
def test_who_gets_what(
    client: Client, people: People, rows: dict[str, list[Any]], name: str
) -> None:
    method, row, expected = PAGES[name]
    url = reverse(f"staff:{name}", args=rows[row])
    got = {}
    for person in expected:
        client.force_login(people.named(person))
        got[person] = getattr(client, method)(url).status_code
    assert got == expected


@pytest.mark.parametrize("name", PAGES)
def test_strangers_sign_in_first(
    client: Client, rows: dict[str, list[Any]], name: str
) -> None:
    method, row, _ = PAGES[name]
    response = getattr(client, method)(reverse(f"staff:{name}", args=rows[row]))
    assert response.status_code == 302
    assert response["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize(
    "name", [name for name, (method, _, _) in PAGES.items() if method == "post"]
)
def test_what_changes_something_is_posted(
    client: Client, people: People, rows: dict[str, list[Any]], name: str
) -> None:
    client.force_login(people.instructor)
    url = reverse(f"staff:{name}", args=rows[PAGES[name][1]])
    assert client.get(url).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.instructor)
    assert strict.post(url).status_code == 403


def test_an_outsider_sees_and_grades_nothing(
    client: Client, people: People, rows: dict[str, list[Any]]
) -> None:
    client.force_login(people.outsider)
    for name in ("queue", "dead-jobs"):
        assert list(client.get(reverse(f"staff:{name}")).context["jobs"]) == []
    url = reverse("staff:grade", args=rows["job"])
    form = {"points-kernel": "2", "points-stages": "1", "reason": "mine"}
    assert client.post(url, form).status_code == 404
    assert GradingJob.objects.get(uuid=rows["job"][0]).state == "needs_grading"
    dead = GradingJob.objects.get(uuid=rows["dead"][0])
    assert client.post(reverse("staff:retry", args=rows["dead"])).status_code == 404
    dead.refresh_from_db()
    assert dead.state == "dead"
