"""docs/api.md is true: every example is run, in the order of the page."""

import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

import pytest
from rest_framework.test import APIClient

from quizzes.enums import Role
from quizzes.models import Enrolment
from tests import factories
from trapframe.accounts import tokens

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLES = re.findall(r"```sh\n(curl .*?)```", PAGE.read_text(), re.DOTALL)
HOST = "http://testserver"


@pytest.fixture
def variables(db: None) -> dict[str, str]:
    """What the page tells its reader to set, and what answers add to it."""
    course = factories.make_course("operating-systems", is_open=False)
    version = factories.make_executed(course)
    factories.make_assessment(course, version.question, key="chapter-quiz")
    lms, learner = factories.make_user(), factories.make_user()
    Enrolment.objects.create(course=course, user=lms, role=Role.INSTRUCTOR)
    Enrolment.objects.create(course=course, user=learner)
    return {
        "HOST": HOST,
        "TOKEN": tokens.issue(lms, "LMS", ["lms"])[1],
        "LEARNER_TOKEN": tokens.issue(learner, "program", ["learner"])[1],
        "SINCE": "0",
        "OPTION": "a",
    }


def request(example: str, variables: dict[str, str]) -> Any:
    """Do what the curl command does."""
    text = Template(example.replace("\\\n", " ")).substitute(variables)
    words = iter(shlex.split(text)[1:])
    method, url, body, headers = "GET", "", "", {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-d":
            body = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        else:
            url = word.removeprefix(HOST)
    kind = headers.pop("Content-Type", "application/octet-stream")
    return APIClient().generic(method, url, body, content_type=kind, headers=headers)


def learn(document: dict[str, Any], variables: dict[str, str]) -> None:
    """Keep what the page tells its reader to keep."""
    attempt = document.get("attempt", document)
    if isinstance(attempt, dict) and "assessment" in attempt:
        variables["ATTEMPT"] = attempt["uuid"]
    for question in document.get("questions", ()):
        variables["VARIANT"] = question["variant"]
    for option in document.get("options", ()):
        variables["OPTION"] = option["key"]
    if "job" in document:
        variables["SUBMISSION"] = document["uuid"]


def test_the_examples_work_in_the_order_of_the_page(variables: dict[str, str]) -> None:
    statuses = []
    for example in EXAMPLES:
        answer = request(example, variables)
        statuses.append(answer.status_code)
        learn(answer.json(), variables)

    assert statuses == [201, 200, 201, 201, 200, 201, 200, 200, 202, 200, 200]
