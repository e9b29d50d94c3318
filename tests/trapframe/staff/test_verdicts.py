import dataclasses
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.domain.proving import prove_now
from quizzes.domain.publishing import publish_question
from quizzes.domain.rerunning import rerun_verdict
from quizzes.domain.reviewing import grade_manually
from quizzes.models import Verdict
from tests import factories
from tests.instructors import People, make_draft, make_waiting


@pytest.fixture
def staff(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def by_run(people: People) -> Verdict:
    """The verdict of a worker on a right answer."""
    draft = make_draft(people.course)
    prove_now(draft)
    version = publish_question(draft, user=people.instructor)
    assessment = factories.make_assessment(people.course, version.question)
    variant = factories.variant_of(factories.start(assessment, people.learner))
    factories.submit(variant, {"chosen": ["a"]})
    factories.drain()
    return Verdict.objects.get()


def test_a_workers_verdict_comes_out_the_same(staff: Client, people: People) -> None:
    verdict = by_run(people)
    response = staff.post(reverse("staff:rerun", args=[verdict.uuid]))
    assert response.context["report"].identical is True
    assert verdict.trace_hashes["as_it_is"] in response.content.decode()


def test_a_scenario_that_runs_otherwise_differs(
    staff: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = by_run(people)
    changed = dataclasses.replace(
        rerun_verdict(verdict), differences=("trace of arm as_it_is: x before, y now",)
    )
    monkeypatch.setattr(
        "trapframe.staff.verdicts.rerun_verdict", lambda _verdict: changed
    )
    page = staff.post(reverse("staff:rerun", args=[verdict.uuid])).content.decode()
    assert "<h2>The re-run differs</h2>" in page
    assert "<li>trace of arm as_it_is: x before, y now</li>" in page


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
