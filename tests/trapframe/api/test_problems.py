"""Every error is a problem document, and none tells more than it should."""

import json
import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from rest_framework.test import APIClient

from tests.personas import World
from tests.trapframe.api.problems import assert_problem
from trapframe.api.parsers import MAX_BYTES
from trapframe.api.throttling import CallerThrottle, SubmitThrottle
from trapframe.api.views import courses as course_views

COURSES = "/api/v1/courses/"


def raw_put(world: World, body: bytes, content_type: str = "application/json") -> Any:
    path = f"/api/v1/variants/{world.variant.uuid}/draft/"
    client = world.token("owner", "learner")
    return client.generic("PUT", path, body, content_type=content_type)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/api/v1/", ""),
        ("/api/v1/nothing/", ""),
        ("/api/v1/courses", "ends with a slash"),
        ("/api/v1/attempts/not-a-uuid/", ""),
        ("/api/v1/a%0Ab/", ""),
    ],
)
def test_an_unknown_address(path: str, hint: str) -> None:
    for method in ("get", "post", "put", "delete", "options"):
        answer = getattr(APIClient(), method)(path)
        problem = assert_problem(answer, 404, "not_found")
        assert hint in problem["detail"]


def test_a_wrong_method_names_the_right_ones(world: World) -> None:
    answer = world.token("owner", "learner").delete(COURSES)

    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_a_representation_that_is_not_offered(world: World) -> None:
    client = world.token("owner", "learner")
    answer = client.get(COURSES, headers={"Accept": "text/html"})

    assert_problem(answer, 406, "not_acceptable")


def test_a_form_is_no_json(world: World) -> None:
    answer = raw_put(world, b"seq=1", "application/x-www-form-urlencoded")

    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"seq": NaN}',
        b'{"seq": 1, "seq": 2}',
        b'{"answer": {"text": "\\ud800"}, "seq": 1}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"seq": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_good_json(world: World, body: bytes) -> None:
    assert_problem(raw_put(world, body), 400, "parse_error")


def test_a_body_that_is_too_large(world: World) -> None:
    body = json.dumps({"answer": {"text": "x" * MAX_BYTES}, "seq": 1}).encode()

    assert_problem(raw_put(world, body), 413, "body_too_large")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_json_that_is_no_object(world: World, body: bytes) -> None:
    assert_problem(raw_put(world, body), 422, "invalid_input")


def test_unknown_fields_are_named_with_their_paths(world: World) -> None:
    body = {"answer": {"text": "x", "fraction": 1}, "seq": 1, "user": 1, "state": "x"}
    answer = raw_put(world, json.dumps(body).encode())

    problem = assert_problem(answer, 422, "unknown_field")
    assert [place["field"] for place in problem["problems"]] == ["state", "user"]

    body = {"answer": {"text": "x", "fraction": 1}, "seq": 1}
    problem = assert_problem(
        raw_put(world, json.dumps(body).encode()), 422, "unknown_field"
    )
    assert problem["problems"] == [
        {
            "field": "answer.fraction",
            "message": "There is no such field.",
            "code": "unknown_field",
        }
    ]


@pytest.mark.parametrize("path", ["courses/", "attempts/{attempt}/"])
def test_a_misspelt_query_parameter_is_not_ignored(world: World, path: str) -> None:
    path = "/api/v1/" + path.format(attempt=world.attempt.uuid)
    answer = world.token("owner", "learner").get(path, {"cusor": "x"})

    problem = assert_problem(answer, 422, "unknown_field")
    assert problem["problems"][0]["field"] == "cusor"


def test_each_wrong_field_is_named_with_its_path(world: World) -> None:
    body = {"answer": {"chosen": ["a", 5, {}]}, "seq": "1"}
    problem = assert_problem(
        raw_put(world, json.dumps(body).encode()), 422, "invalid_input"
    )

    fields = {place["field"]: place["code"] for place in problem["problems"]}
    assert fields == {
        "answer.chosen.1": "invalid",
        "answer.chosen.2": "invalid",
        "seq": "invalid",
    }
    assert "answer.chosen.1, answer.chosen.2, seq" in problem["detail"]


def test_a_nul_character_is_refused(world: World) -> None:
    body = b'{"answer": {"text": "a\\u0000b"}, "seq": 1}'

    assert_problem(raw_put(world, body), 422, "invalid_input")


def test_too_many_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CallerThrottle, "rate", "2/min", raising=False)
    owner, peer = world.token("owner", "learner"), world.token("peer", "learner")

    assert [owner.get(COURSES).status_code for _ in range(2)] == [200, 200]
    refused = owner.get(COURSES)
    assert_problem(refused, 429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert peer.get(COURSES).status_code == 200


def test_submitting_has_a_rate_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SubmitThrottle, "rate", "1/min", raising=False)
    client = world.token("owner", "learner")
    path = f"/api/v1/variants/{world.variant.uuid}/submissions/"

    def submit() -> Any:
        return client.post(
            path,
            {"answer": {"text": "x"}},
            format="json",
            headers={"Idempotency-Key": "k"},
        )

    assert_problem(submit(), 409, "grading_in_progress")
    assert_problem(submit(), 429, "throttled")
    assert client.get(COURSES).status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PermissionDenied("secret reason"), 403, "permission_denied"),
        (SuspiciousOperation("secret reason"), 400, "bad_request"),
        (OperationalError("secret reason"), 503, "unavailable"),
        (RuntimeError("secret reason"), 500, "internal_error"),
    ],
)
def test_what_a_view_did_not_foresee_tells_no_internals(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr(course_views, "courses_for", fail)
    with caplog.at_level(logging.ERROR, logger="trapframe.api.problems"):
        answer = world.token("owner", "learner").get(COURSES)

    assert_problem(answer, status, code)
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_a_500_carries_the_id_under_which_it_was_logged(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("secret reason")

    monkeypatch.setattr(course_views, "courses_for", fail)
    with caplog.at_level(logging.ERROR, logger="trapframe.api.problems"):
        problem = world.token("owner", "learner").get(COURSES).json()

    assert problem["instance"].startswith("urn:uuid:")
    assert problem["instance"] in caplog.text
    assert "secret reason" in caplog.text


def test_when_the_database_is_away_a_client_is_told_when_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(course_views, "courses_for", fail)
    assert world.token("owner", "learner").get(COURSES)["Retry-After"] == "2"
