"""What every page has, and the pages of errors."""

import re
from typing import Any

import pytest
from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import Message
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path, reverse

from quizzes.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tests.factories import make_user
from trapframe.urls import urlpatterns as all_urls
from trapframe.web.refusals import answers_refusals


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret detail")


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("a secret detail")


@answers_refusals
def forbid(request: HttpRequest) -> HttpResponse:
    raise NotAllowedError("not_yours", "Only <its> learner may.")


@answers_refusals
def miss(request: HttpRequest) -> HttpResponse:
    raise NotFoundError("course")


@answers_refusals
def collide(request: HttpRequest) -> HttpResponse:
    raise ConflictError("closed", "Closed.")


urlpatterns = [
    *all_urls,
    path("broken/", break_down),
    path("suspect/", suspect),
    path("forbidden/", forbid),
    path("missing/", miss),
]


def get(url: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(url, headers=headers)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("url", "status", "heading"),
    [
        ("/suspect/", 400, "The server did not understand this request"),
        ("/forbidden/", 403, "This is not open to you"),
        ("/missing/", 404, "There is nothing here"),
        ("/no/such/page/", 404, "There is nothing here"),
        ("/broken/", 500, "Something went wrong on our side"),
    ],
)
def test_errors_are_told_in_plain_words(url: str, status: int, heading: str) -> None:
    response = get(url)
    source = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in source
    assert "secret" not in source
    assert "Traceback" not in source
    assert '<html lang="en">' in source


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_refusal_says_why_and_is_escaped() -> None:
    source = get("/forbidden/").content.decode()
    assert "Only &lt;its&gt; learner may." in source


def test_other_refusals_are_the_views_own() -> None:
    with pytest.raises(ConflictError):
        collide(RequestFactory().get("/"))


@pytest.mark.django_db
def test_a_stale_form_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("accounts:sign-in"), {})
    assert response.status_code == 403
    assert "<h1>This form is out of date</h1>" in response.content.decode()


@pytest.mark.django_db
class TestFrame:
    """The parts that all pages share."""

    def page(self, **fields: Any) -> str:
        client = Client()
        client.force_login(make_user("anna", **fields))
        return client.get(reverse("learner:home")).content.decode()

    def test_landmarks_skip_link_language_title(self) -> None:
        source = self.page()
        assert '<html lang="en">' in source
        assert "<title>Courses · Trapframe</title>" in source
        assert '<a class="skip" href="#main">' in source
        assert source.count("<h1") == 1
        for tag in ("header", "main", "footer", "nav"):
            assert len(re.findall(rf"<{tag}[ >]", source)) == 1

    def test_signing_out_is_a_form(self) -> None:
        sign_out = reverse("accounts:sign-out")
        assert f'<form method="post" action="{sign_out}"' in self.page()

    def test_authoring_is_for_staff(self) -> None:
        assert "Authoring" not in self.page()

    def test_staff_find_authoring(self) -> None:
        assert reverse("author:home") in self.page(is_staff=True)

    def test_nothing_is_inline(self) -> None:
        source = self.page()
        assert not re.search(r"<style| style=| on\w+=|<script(?![^>]+src=)", source)

    def test_the_policy_lets_in_nothing_from_elsewhere(self) -> None:
        policy = Client().get("/").headers["Content-Security-Policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == "'self'"
        assert rules["connect-src"] == rules["form-action"] == "'self'"
        assert "http" not in policy

    def test_messages_are_announced(self) -> None:
        context = {"messages": [Message(ERROR, "A <b>")]}
        source = render_to_string("web/messages.html", context)
        assert '<p class="message error" role="alert">A &lt;b&gt;</p>' in source
