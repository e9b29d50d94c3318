from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.domain.rerunning import RerunReport
from quizzes.domain.reviewing import grade_manually
from quizzes.models import Verdict
from tests.instructors import People, make_waiting


@pytest.fixture
def staff(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def by_hand(people: People) -> Verdict:
    points = {"kernel": Decimal(2), "stages": Decimal(1)}
    event = grade_manually(
        make_waiting(people), grader=people.instructor, points=points, reason="Right."
    )
    assert event.verdict is not None
    return event.verdict


def test_a_verdict_shows_where_it_comes_from(staff: Client, people: People) -> None:
    verdict = by_hand(people)
    page = staff.get(reverse("staff:verdict", args=[verdict.uuid])).content.decode()
    assert "<dd>correct</dd>" in page
    assert "there is no run to repeat" in page


def test_a_persons_verdict_is_not_run_again(staff: Client, people: People) -> None:
    response = staff.post(reverse("staff:rerun", args=[by_hand(people).uuid]))
    assert response.context["report"] is None
    assert "A person gave this verdict: there is no run." in response.content.decode()


@pytest.mark.parametrize(
    ("differences", "heading"),
    [
        ((), "The re-run is identical"),
        (("outcome: correct before, incorrect now",), "The re-run differs"),
    ],
)
def test_a_rerun_says_what_differs(
    staff: Client,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    differences: tuple[str, ...],
    heading: str,
) -> None:
    monkeypatch.setattr(
        "trapframe.staff.verdicts.rerun_verdict",
        lambda verdict: RerunReport(verdict, "1", differences),
    )
    verdict = by_hand(people)
    response = staff.post(reverse("staff:rerun", args=[verdict.uuid]))
    page = response.content.decode()
    assert f"<h2>{heading}</h2>" in page
    assert [text for text in differences if f"<li>{text}</li>" in page] == list(
        differences
    )
