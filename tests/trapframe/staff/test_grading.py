from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.domain.reviewing import grade_manually
from quizzes.models import GradeEvent, GradingJob
from tests import factories
from tests.instructors import People, make_waiting, make_waiting_of

FULL = {"points-kernel": "2", "points-stages": "1", "reason": "Both points."}


@pytest.fixture
def grader(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def post(client: Client, job: GradingJob, **changes: str) -> Any:
    return client.post(reverse("staff:grade", args=[job.uuid]), {**FULL, **changes})


def test_the_queue_has_the_oldest_first_and_no_names(
    grader: Client, people: People
) -> None:
    jobs = [make_waiting(people, f"Answer {number}") for number in range(3)]
    make_waiting_of(people.other_course, people.learner, "not mine to grade")
    response = grader.get(reverse("staff:queue"))
    assert list(response.context["jobs"]) == jobs
    assert "Learner" not in response.content.decode()


def test_the_queue_asks_as_often_for_thirty_rows_as_for_one(
    grader: Client,
    people: People,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            grader.get(reverse("staff:queue"))
        return len(captured)

    make_waiting(people)
    few = queries()
    for _ in range(29):
        make_waiting(people)
    assert queries() == few


def test_an_empty_queue_says_so(grader: Client) -> None:
    page = grader.get(reverse("staff:queue")).content.decode()
    assert "Nothing waits for a grade." in page


def test_the_form_shows_prompt_answer_and_rubric(
    grader: Client, people: People
) -> None:
    job = make_waiting(people, "The kernel <b>runs</b>.\nSecond line.")
    page = grader.get(reverse("staff:grade", args=[job.uuid])).content.decode()
    assert "Why do containers start fast?" in page
    assert "The kernel &lt;b&gt;runs&lt;/b&gt;.\nSecond line." in page
    assert (
        '<input type="number" id="points-kernel" name="points-kernel" min="0" max="2"'
        in page
    )
    assert "Learner" not in page


def test_grading_writes_the_ledger_and_goes_to_the_next(
    grader: Client, people: People
) -> None:
    first, second = make_waiting(people), make_waiting(people)
    response = post(grader, first, **{"points-stages": "0.5"})
    assert response["Location"] == reverse("staff:grade", args=[second.uuid])
    event = GradeEvent.objects.get()
    assert (event.actor, event.source, event.fraction, event.reason) == (
        people.instructor,
        "manual",
        Decimal("0.83333"),
        "Both points.",
    )
    assert post(grader, second)["Location"] == reverse("staff:queue")


BAD = [
    ({"points-kernel": ""}, {"points-kernel": "Give a number from 0 to 2."}),
    ({"points-kernel": "x"}, {"points-kernel": "Give a number from 0 to 2."}),
    ({"points-kernel": "2.1"}, {"points-kernel": "Give a number from 0 to 2."}),
    ({"points-kernel": "-1"}, {"points-kernel": "Give a number from 0 to 2."}),
    ({"points-kernel": "NaN"}, {"points-kernel": "Give a number from 0 to 2."}),
    ({"points-stages": "Infinity"}, {"points-stages": "Give a number from 0 to 1."}),
    ({"reason": " \n"}, {"reason": "Say why you graded so: the learner reads it."}),
]


@pytest.mark.parametrize(("change", "errors"), BAD)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(
    grader: Client, people: People, change: dict[str, str], errors: dict[str, str]
) -> None:
    job = make_waiting(people)
    typed = {**FULL, **change}
    response = post(grader, job, **change)
    assert response.status_code == 422
    assert response.context["errors"] == errors
    assert response.context["reason"] == typed["reason"]
    assert [item["value"] for item in response.context["items"]] == [
        typed["points-kernel"],
        typed["points-stages"],
    ]
    assert not GradeEvent.objects.exists()


def test_two_graders_at_once_cannot_grade_twice(grader: Client, people: People) -> None:
    job = make_waiting(people)
    points = {"kernel": Decimal(0), "stages": Decimal(0)}
    grade_manually(job, grader=people.admin, points=points, reason="I was first.")
    for response in (
        post(grader, job),
        grader.get(reverse("staff:grade", args=[job.uuid])),
    ):
        assert response["Location"] == reverse("staff:queue")
        assert said(response)[-1] == (
            "Somebody has graded this answer in the meantime. "
            "Their grade stands, yours was not saved."
        )
    assert [event.reason for event in GradeEvent.objects.all()] == ["I was first."]


def test_a_race_past_the_check_ends_the_same_way(
    grader: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_waiting(people)

    def other_first(job: GradingJob, **_: Any) -> Any:
        points = {"kernel": Decimal(0), "stages": Decimal(0)}
        grade_manually(job, grader=people.admin, points=points, reason="First.")
        return grade_manually(
            job, grader=people.instructor, points=points, reason="Second."
        )

    monkeypatch.setattr("trapframe.staff.grading.grade_manually", other_first)
    assert post(grader, job)["Location"] == reverse("staff:queue")
    assert [event.reason for event in GradeEvent.objects.all()] == ["First."]


def test_what_the_domain_refuses_is_shown(
    grader: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_waiting(people)
    monkeypatch.setattr(
        "trapframe.staff.grading._points", lambda *_: ({"kernel": Decimal(1)}, {})
    )
    response = post(grader, job)
    assert response.status_code == 422
    assert response.context["errors"] == {"": "Points are missing for: stages."}


def test_an_answer_that_waits_for_no_person_has_no_form(
    grader: Client, people: People
) -> None:
    version = factories.make_free_response(people.course)
    assessment = factories.make_assessment(people.course, version.question)
    instance = factories.start(assessment, people.learner)
    submission = factories.submit(factories.variant_of(instance), {"text": "x"})
    job = factories.job_of(submission)  # still queued
    assert grader.get(reverse("staff:grade", args=[job.uuid])).status_code == 404
