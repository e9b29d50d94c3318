from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.personas import World, bearer
from tests.trapframe.api.problems import assert_problem
from trapframe.accounts import tokens
from trapframe.accounts.models import ApiToken

COURSES = "/api/v1/courses/"


def with_header(value: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=value)
    return client


def test_a_token_speaks_for_its_owner(world: World) -> None:
    answer = world.token("owner", "learner").get(COURSES)

    assert answer.status_code == 200
    assert [row["key"] for row in answer.json()["results"]] == [world.course.key]


def test_without_credentials_a_401_says_what_to_send(world: World) -> None:
    answer = APIClient().get(COURSES)

    assert_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="Trapframe"'


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer unknown",
        "bearer tf_unknown",
        "Bearer tf_two words",
        "Bearer tf_\xe9",
        "Bearer \xff\xfe",
    ],
)
def test_a_bad_token_is_refused(world: World, value: str) -> None:
    answer = with_header(value).get(COURSES)

    assert_problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == (
        'Bearer realm="Trapframe", error="invalid_token"'
    )


def test_another_scheme_counts_as_no_credentials(world: World) -> None:
    answer = with_header("Basic b3duZXI6Y29ycmVjdCBob3JzZQ==").get(COURSES)

    assert_problem(answer, 401, "not_authenticated")


def test_a_bad_token_is_refused_even_beside_a_session(world: World) -> None:
    client = world.session("owner")
    client.credentials(HTTP_AUTHORIZATION="Bearer tf_unknown")

    assert_problem(client.get(COURSES), 401, "invalid_token")


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_a_token_that_ended_opens_nothing(
    world: World, change: dict[str, object]
) -> None:
    client = world.token("owner", "learner")
    ApiToken.objects.update(**change)

    assert_problem(client.get(COURSES), 401, "invalid_token")


def test_the_token_of_somebody_who_left_opens_nothing(world: World) -> None:
    client = world.token("owner", "learner")
    world.people["owner"].is_active = False
    world.people["owner"].save()

    assert_problem(client.get(COURSES), 401, "invalid_token")


def test_last_used_is_written_at_most_once_a_minute(world: World) -> None:
    token, secret = tokens.issue(world.people["owner"], "test", ["learner"])
    client = with_header(f"Bearer {secret}")

    client.get(COURSES)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    client.get(COURSES)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first

    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    client.get(COURSES)
    assert ApiToken.objects.get(pk=token.pk).last_used_at > first


def test_only_the_digest_of_a_token_is_kept(world: World) -> None:
    token, secret = tokens.issue(world.people["owner"], "test", ["learner"])

    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)


@pytest.mark.parametrize(
    ("scopes", "path", "accepted"),
    [
        (["learner"], "courses/{course}/gradebook/", "staff"),
        (["lms"], "courses/{course}/progress/", "learner"),
        (["learner", "staff"], "lms/grades/", "lms"),
        (["lms"], "attempts/{attempt}/", "learner staff"),
        ([], "courses/", "learner lms staff"),
    ],
)
def test_an_endpoint_names_the_scopes_that_it_accepts(
    world: World, scopes: list[str], path: str, accepted: str
) -> None:
    path = path.format(course=world.course.key, attempt=world.attempt.uuid)
    answer = bearer(world.people["instructor"], *scopes).get(f"/api/v1/{path}")

    problem = assert_problem(answer, 403, "scope_missing")
    assert accepted.replace(" ", " or ") in problem["detail"]
    assert (
        f'error="insufficient_scope", scope="{accepted}"'
        in (answer["WWW-Authenticate"])
    )


def test_a_session_never_speaks_as_an_lms(world: World) -> None:
    answer = world.session("lms").get("/api/v1/lms/grades/")

    assert_problem(answer, 403, "scope_missing")


def test_a_session_reads_without_a_csrf_token(world: World) -> None:
    client = world.session("owner", enforce_csrf=True)

    assert client.get(COURSES).status_code == 200


def test_a_session_writes_only_with_the_csrf_token(world: World) -> None:
    client = world.session("owner", enforce_csrf=True)
    path = f"/api/v1/attempts/{world.attempt.uuid}/finish/"

    assert_problem(client.post(path), 403, "csrf_failed")
    world.attempt.refresh_from_db()
    assert world.attempt.state == "in_progress"


def test_a_session_with_the_csrf_token_writes(world: World) -> None:
    client = world.session("owner", enforce_csrf=True)
    client.get("/accounts/password/")  # a page with a form sets the cookie
    token = client.cookies["csrftoken"].value
    path = f"/api/v1/attempts/{world.attempt.uuid}/finish/"

    assert client.post(path, headers={"X-CSRFToken": token}).status_code == 200


def test_a_token_needs_no_csrf_token(world: World) -> None:
    _, secret = tokens.issue(world.people["owner"], "test", ["learner"])
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    path = f"/api/v1/attempts/{world.attempt.uuid}/finish/"

    assert client.post(path).status_code == 200
