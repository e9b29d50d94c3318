"""Nothing tells a learner which option will hold before the tries are used up."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from quizzes.domain.authoring import save_question, save_scenario
from quizzes.domain.proving import prove_now
from quizzes.domain.publishing import publish_question
from quizzes.models import AssessmentInstance, QuestionVersion, Variant
from tests import factories
from tests.instructors import EXECVE, SCENARIO
from tests.personas import bearer

# Words that stand nowhere but in what must stay hidden.
EXPLANATION, FEEDBACK = "canary-explanation", "canary-feedback"
CLAIM_NAMES = ("answers_enoexec", "answers_enoent")


@pytest.fixture
def version(db: None) -> QuestionVersion:
    """A published question whose hidden texts can be searched for."""
    source = (factories.SCENARIOS / f"{SCENARIO}.yaml").read_text()
    save_scenario(source=source, author=None)
    text = EXECVE.format(key="canary")
    text = re.sub("(?m)^explanation: .*$", f"explanation: {EXPLANATION}", text)
    text = re.sub("feedback: .*", f"feedback: {FEEDBACK}", text)
    version = save_question(factories.make_course("os"), source=text, author=None)
    prove_now(version)
    return publish_question(version, user=None)


@pytest.fixture
def attempt(version: QuestionVersion) -> AssessmentInstance:
    assessment = factories.make_assessment(version.question.course, version.question)
    return factories.start(assessment, factories.make_user("learner"))


@pytest.fixture
def variant(attempt: AssessmentInstance) -> Variant:
    return factories.variant_of(attempt)


def crawl(attempt: AssessmentInstance) -> str:
    """All that a learner is ever answered, pages and API, with their headers."""
    program = bearer(attempt.user, "learner", "staff", "lms")
    browser = APIClient()
    browser.force_login(attempt.user)
    answers = [program.get(path) for path in _api_paths(attempt)]
    answers += [browser.get(path, follow=True) for path in _page_paths(attempt)]
    return "\n".join(_text(answer) for answer in answers)


def _api_paths(attempt: AssessmentInstance) -> list[str]:
    course, assessment = attempt.assessment.course.key, attempt.assessment.key
    variant = factories.variant_of(attempt)
    base = f"/api/v1/courses/{course}/"
    return [
        "/api/v1/schema/",
        "/api/v1/courses/",
        base,
        f"{base}progress/",
        f"{base}gradebook/",
        f"{base}assessments/",
        f"{base}assessments/{assessment}/",
        f"{base}assessments/{assessment}/attempts/",
        f"/api/v1/attempts/{attempt.uuid}/",
        f"/api/v1/variants/{variant.uuid}/",
        "/api/v1/lms/grades/",
        *(f"/api/v1/submissions/{row.uuid}/" for row in variant.submissions.all()),
    ]


def _page_paths(attempt: AssessmentInstance) -> list[str]:
    course, assessment = attempt.assessment.course.key, attempt.assessment.key
    variant = factories.variant_of(attempt)
    return [
        reverse("learner:home"),
        reverse("learner:course", args=[course]),
        reverse("learner:assessment", args=[course, assessment]),
        reverse("learner:attempts"),
        reverse("learner:instance", args=[attempt.uuid]),
        reverse("learner:question", args=[attempt.uuid, 1]),
        reverse("learner:finish", args=[attempt.uuid]),
        reverse("learner:review", args=[attempt.uuid]),
        *(
            reverse("learner:submission", args=[row.uuid])
            for row in variant.submissions.all()
        ),
    ]


def _text(answer: Any) -> str:
    return f"{json.dumps(dict(answer.items()))}\n{answer.content.decode()}"


def answer_wrongly(variant: Variant) -> None:
    factories.submit(variant, factories.wrong_answer(variant))
    factories.drain()


def right_key(variant: Variant) -> str:
    return factories.right_answer(variant)["chosen"][0]


def test_before_an_answer_nothing_is_told(attempt: AssessmentInstance) -> None:
    text = crawl(attempt)

    assert attempt.assessment.title in text  # it did read the pages
    for hidden in (EXPLANATION, FEEDBACK, *CLAIM_NAMES):
        assert hidden not in text


def test_a_wrong_answer_shows_its_own_run_alone(
    attempt: AssessmentInstance, variant: Variant
) -> None:
    answer_wrongly(variant)
    text = crawl(attempt)

    for hidden in (EXPLANATION, FEEDBACK, *CLAIM_NAMES):
        assert hidden not in text
    submission = variant.submissions.get()
    document = (
        bearer(attempt.user, "learner").get(f"/api/v1/submissions/{submission.uuid}/")
    ).json()
    evidence = document["evidence"]
    assert evidence["revealed"] is False
    assert evidence["options"] == []
    assert {panel["option_key"] for panel in evidence["panels"]} == set(
        submission.answer["chosen"]
    )


def test_the_other_options_are_equal_in_every_answer(
    attempt: AssessmentInstance, variant: Variant
) -> None:
    """What a learner sees of an option before it was tried does not depend on it."""
    document = (
        bearer(attempt.user, "learner").get(f"/api/v1/variants/{variant.uuid}/").json()
    )

    shapes = {tuple(sorted(option)) for option in document["options"]}
    assert shapes == {("html", "key")}


def test_once_no_try_is_left_everything_is_told(
    attempt: AssessmentInstance, variant: Variant
) -> None:
    answer_wrongly(variant)
    answer_wrongly(variant)
    submission = variant.submissions.last()
    document = (
        bearer(attempt.user, "learner").get(f"/api/v1/submissions/{submission.uuid}/")
    ).json()

    evidence = document["evidence"]
    assert evidence["revealed"] is True
    assert EXPLANATION in evidence["explanation_html"]
    holding = {o["key"] for o in evidence["options"] if o["holds"]}
    assert holding == {right_key(variant)}
    assert right_key(variant) in {panel["option_key"] for panel in evidence["panels"]}
