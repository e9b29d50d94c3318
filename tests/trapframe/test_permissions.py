"""Who may do what, for every address of the project.

`permissions.txt` has a line per address and method with the answer to each person. An
address without a line fails, so does a line without an address. To add one: write the
line; if the address has arguments that `_arguments` does not know, add them there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

from quizzes.domain.proving import request_proof
from quizzes.models import GradingJob, Verdict
from tests import factories, observing
from tests.instructors import kill, make_draft, make_waiting_of
from tests.personas import PEOPLE, World, make_world
from trapframe.accounts import tokens
from trapframe.accounts.sign_in_links import make_link
from trapframe.web import events

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("permissions.txt")
SESSION = settings.SESSION_COOKIE_NAME
FORM = "application/x-www-form-urlencoded"
SIGN_IN = ("/accounts/sign-in/?", "/admin/login/?")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
OF_A_ROW = ("_change", "_delete", "_history")
# Django's own: the old address of a change page, and the admin's catch-all.
NAMELESS = {"admin:None"}
LEARNERS = ("anonymous", "outsider", "peer", "owner")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the address's name, a method, and what each person is answered."""

    name: str
    method: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def _rows() -> list[Row]:
    rows = []
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, method, *answers = line.split()
            rows.append(Row(name, method, dict(zip(PEOPLE, answers, strict=True))))
    return rows


def _names(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern.url_patterns, namespace + inner)
        else:
            yield f"{namespace}{pattern.name}"


ROWS = _rows()
ALL = list(_names(get_resolver().url_patterns))
ADMIN = sorted(
    {name for name in ALL if name.startswith("admin:")}
    - {row.name for row in ROWS}
    - NAMELESS
)


@dataclass(frozen=True, slots=True)
class Site:
    """The world of the personas, with something to do on every page."""

    arguments: dict[str, list[Any]]
    sessions: dict[str, str]
    """Of each person who is signed in, the key: signing in again takes long."""

    @property
    def bodies(self) -> dict[str, dict[str, Any]]:
        """What must be sent for an address to do its work."""
        answer = {"answer": {"chosen": ["a"]}}
        draft = {**answer, "seq": 1}
        return {"api:draft": draft, "api:submit": answer, "learner:draft": draft}


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Made once; every request of the table is rolled back."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        # An event stream gives its connection back, but here it is the test's.
        patch.setattr(events, "close_old_connections", lambda: None)
        yield _site()
        transaction.set_rollback(True)


def _site() -> Site:
    observing.start_worker()
    world = make_world(executed=True)
    factories.drain()
    peer = world.people["peer"]
    waiting = make_waiting_of(world.course, peer, "It waits.")
    dead = kill(make_waiting_of(world.course, peer, "It is dead."))
    sessions = {
        person: world.session(person).cookies[SESSION].value
        for person in PEOPLE
        if person != "anonymous"
    }
    return Site(_arguments(world, waiting, dead), sessions)


def _arguments(
    world: World, waiting: GradingJob, dead: GradingJob
) -> dict[str, list[Any]]:
    """The arguments of each address, by its name or by its namespace and first word."""
    course, chapter = world.course.key, world.chapter.key
    assessment, attempt = world.assessment.key, world.attempt.uuid
    draft = make_draft(world.course)
    token, _ = tokens.issue(world.people["owner"], "test", ["learner"])
    link = make_link(world.people["brought"], next_path="/", lifetime=timedelta(days=1))
    proof = request_proof(draft, user=world.people["instructor"])
    verdict = Verdict.objects.get(job__submission=world.submission)
    question, version = [draft.question_id], [draft.pk]
    scenario = ["windows-program-on-linux"]
    return {
        "accounts:sign-in-link": [link],
        "accounts:token-revoke": [token.pk],
        "admin:auth_user_password_change": [world.people["owner"].pk],
        "admin:app_list": ["quizzes"],
        "admin:view_on_site": [1, 1],
        "api:assessment": [course, assessment],
        "api:assessments": [course],
        "api:attempt": [attempt],
        "api:attempts": [course, assessment],
        "api:chapter": [course, chapter],
        "api:course": [course],
        "api:draft": [world.variant.uuid],
        "api:finish": [attempt],
        "api:gradebook": [course],
        "api:progress": [course],
        "api:submission": [world.submission.uuid],
        "api:submit": [world.variant.uuid],
        "api:variant": [world.variant.uuid],
        "author:preview": version,
        "author:preview-frame": version,
        "author:proof": [proof.uuid],
        "author:proof-cancel": [proof.uuid],
        "author:proof-observe": [proof.uuid],
        "author:prove": version,
        "author:publish": version,
        "author:question": question,
        "author:question-diff": question,
        "author:question-edit": question,
        "author:question-edit-check": question,
        "author:question-new": [course],
        "author:question-new-check": [course],
        "author:question-repin": question,
        "author:scenario": scenario,
        "author:scenario-diff": scenario,
        "author:scenario-edit": scenario,
        "author:scenario-edit-check": scenario,
        "events:observation": [world.submission.uuid],
        "events:proof": [proof.uuid],
        "events:submission": [world.submission.uuid],
        "learner:assessment": [course, assessment],
        "learner:chapter": [course, chapter],
        "learner:course": [course],
        "learner:draft": [attempt, 1],
        "learner:finish": [attempt],
        "learner:instance": [attempt],
        "learner:question": [attempt, 1],
        "learner:read": [course, chapter],
        "learner:review": [attempt],
        "learner:start": [course, assessment],
        "learner:submission": [world.submission.uuid],
        "learner:submit": [attempt, 1],
        "staff:grade": [waiting.uuid],
        "staff:gradebook": [course],
        "staff:gradebook-csv": [course],
        "staff:rerun": [verdict.uuid],
        "staff:retry": [dead.uuid],
        "staff:verdict": [verdict.uuid],
    }


def _ask(site: Site, name: str, method: str, person: str) -> str:
    """The answer in a word: the status, or "login" for the way to the sign-in page."""
    body = site.bodies.get(name)
    with transaction.atomic():
        client = APIClient(raise_request_exception=False)
        if person in site.sessions:
            client.cookies[SESSION] = site.sessions[person]
        response = client.generic(
            method,
            reverse(name, args=site.arguments.get(name, [])),
            json.dumps(body) if body else "",
            content_type="application/json" if body else FORM,
            headers={"Idempotency-Key": "permission"},
        )
        transaction.set_rollback(True)
    if response.status_code == 302 and response["Location"].startswith(SIGN_IN):
        return "login"
    return str(response.status_code)


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    covered = {row.name for row in ROWS} | set(ADMIN)

    assert set(ALL) - covered - NAMELESS == set()
    assert {row.name for row in ROWS} - set(ALL) == set()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_person_is_answered_as_the_table_says(
    row: Row, site: Site, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        answers = {
            person: _ask(site, row.name, row.method, person) for person in PEOPLE
        }

    assert answers == row.answers


@pytest.mark.parametrize(
    "name", [name for name in dict.fromkeys(ALL) if "api:" in name]
)
def test_the_api_takes_no_other_method(
    name: str, site: Site, django_db_blocker: DjangoDbBlocker
) -> None:
    known = {row.method for row in ROWS if row.name == name}
    with django_db_blocker.unblock():
        answers = {
            method: _ask(site, name, method, "admin") for method in METHODS - known
        }

    if name == "api:unknown":
        assert set(answers.values()) == {"404"}
    else:
        # an LMS's endpoint asks for its scope before it looks at the method
        assert set(answers.values()) == {"403" if "api:lms-" in name else "405"}


@pytest.mark.parametrize("name", ADMIN)
def test_the_admin_lets_no_learner_in(
    name: str, site: Site, django_db_blocker: DjangoDbBlocker
) -> None:
    """The models' pages come and go, so one rule holds for all of them."""
    with django_db_blocker.unblock():
        answers = {person: _admin(site, name, person) for person in PEOPLE}

    assert {answers[person] for person in LEARNERS} == {"login"}
    assert set(answers.values()) <= {"login", "200", "302", "403", "404"}


def _admin(site: Site, name: str, person: str) -> str:
    """An admin page of the first row of its model, or of none."""
    site.arguments.setdefault(name, [1] if name.endswith(OF_A_ROW) else [])
    return _ask(site, name, "GET", person)
