"""Every page of the author, for five people."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import QuestionVersion
from tests.instructors import SCENARIO, People, make_draft, make_proof
from trapframe.author.urls import urlpatterns

ALL = {"learner": 403, "outsider": 200, "instructor": 200, "admin": 200}
OWN = {"learner": 403, "outsider": 404, "instructor": 200, "admin": 200}
OWN_POST = {"learner": 403, "outsider": 404, "instructor": 302, "admin": 302}
SIGN_IN = "/accounts/sign-in/"

# Each URL name: how it is asked, with what, and what each person gets.
PAGES: Mapping[str, tuple[str, str, dict[str, int]]] = {
    "home": ("get", "", ALL),
    "question-new": ("get", "course", OWN),
    "question-new-check": ("post", "course", OWN),
    "question": ("get", "question", OWN),
    "question-edit": ("get", "question", OWN),
    "question-edit-check": ("post", "question", OWN),
    "question-repin": ("post", "question", OWN_POST),
    "question-diff": ("get", "question", OWN),
    "preview": ("get", "version", OWN),
    "preview-frame": ("get", "version", OWN),
    "prove": ("post", "version", OWN_POST),
    "publish": ("post", "version", OWN_POST),
    "proof": ("get", "proof", OWN),
    "proof-cancel": ("post", "proof", OWN_POST),
    "proof-observe": ("post", "proof", OWN_POST),
    "scenarios": ("get", "", ALL),
    "scenario-new": ("get", "", ALL),
    "scenario-new-check": ("post", "", ALL),
    "scenario": ("get", "scenario", OWN),
    "scenario-edit": ("get", "scenario", OWN),
    "scenario-edit-check": ("post", "scenario", OWN),
    "scenario-diff": ("get", "scenario", OWN),
}


def test_every_page_has_its_line() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.fixture
def draft(people: People) -> QuestionVersion:
    return make_draft(people.course)


@pytest.fixture
def rows(draft: QuestionVersion) -> dict[str, list[Any]]:
    return {
        "": [],
        "course": ["os"],
        "question": [draft.question_id],
        "version": [draft.pk],
        "proof": [make_proof(draft).uuid],
        "scenario": [SCENARIO],
    }


@pytest.mark.parametrize("name", PAGES)
def test_who_gets_what(
    client: Client, people: People, rows: dict[str, list[Any]], name: str
) -> None:
    method, row, expected = PAGES[name]
    url = reverse(f"author:{name}", args=rows[row])
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
    response = getattr(client, method)(reverse(f"author:{name}", args=rows[row]))
    assert response.status_code == 302
    assert response["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize(
    "name", [name for name, (method, _, _) in PAGES.items() if method == "post"]
)
def test_what_changes_something_is_posted(
    client: Client, people: People, rows: dict[str, list[Any]], name: str
) -> None:
    client.force_login(people.instructor)
    url = reverse(f"author:{name}", args=rows[PAGES[name][1]])
    assert client.get(url).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.instructor)
    assert strict.post(url).status_code == 403


def test_an_outsider_changes_nothing(
    client: Client, people: People, draft: QuestionVersion
) -> None:
    client.force_login(people.outsider)
    source = draft.source.replace("ENOENT", "changed")
    edit = reverse("author:question-edit", args=[draft.question_id])
    assert client.post(edit, {"source": source}).status_code == 404
    make_proof(draft)
    publish = reverse("author:publish", args=[draft.pk])
    assert client.post(publish).status_code == 404
    draft.refresh_from_db()
    assert ("changed" in draft.source, draft.state) == (False, "draft")
