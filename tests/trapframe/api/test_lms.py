from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from quizzes.domain.enrolling import enrol
from quizzes.enums import Role
from quizzes.models import AssessmentInstance, Enrolment
from tests import factories
from tests.personas import EXTERNAL_ID, World
from tests.trapframe.api.problems import assert_problem
from trapframe.accounts.models import ExternalIdentity, SignInLink, User

LEARNERS = "/api/v1/lms/learners/"
ADA = {"external_id": "ada", "name": "Ada Lovelace", "email": "ada@example.org"}


@pytest.fixture
def lms(world: World) -> APIClient:
    return world.token("lms", "lms")


def post(client: APIClient, path: str, body: Any) -> Any:
    return client.post(f"/api/v1/lms/{path}/", body, format="json")


def start(client: APIClient, world: World, external_id: str = EXTERNAL_ID) -> Any:
    body = {
        "external_id": external_id,
        "course": world.course.key,
        "assessment": world.assessment.key,
    }
    return post(client, "attempts", body)


def test_a_learner_is_brought_once(lms: APIClient) -> None:
    first, second = post(lms, "learners", ADA), post(lms, "learners", ADA)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert {key: first.json()[key] for key in ADA} == ADA
    assert User.objects.filter(email="ada@example.org").count() == 1


def test_a_brought_learner_has_no_password(lms: APIClient) -> None:
    post(lms, "learners", ADA)

    user = User.objects.get(email="ada@example.org")
    assert not user.has_usable_password()
    assert str(user) == "Ada Lovelace"
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_a_new_name_is_taken_over(lms: APIClient) -> None:
    post(lms, "learners", ADA)
    changed = post(lms, "learners", {"external_id": "ada", "name": "Ada King"})

    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["email"]) == ("Ada King", "")
    assert User.objects.get(first_name="Ada King").email == ""


def test_accounts_are_never_merged_by_email(world: World, lms: APIClient) -> None:
    world.people["owner"].email = ADA["email"]
    world.people["owner"].save()
    post(lms, "learners", ADA)

    assert User.objects.filter(email=ADA["email"]).count() == 2


def test_two_systems_may_use_the_same_id(world: World, lms: APIClient) -> None:
    other = world.token("instructor", "lms")

    assert post(lms, "learners", ADA).status_code == 201
    assert post(other, "learners", ADA).status_code == 201
    assert ExternalIdentity.objects.filter(external_id="ada").count() == 2


def test_an_lms_lists_the_learners_that_it_brought(
    world: World, lms: APIClient
) -> None:
    post(world.token("instructor", "lms"), "learners", ADA)
    rows = lms.get(LEARNERS).json()["results"]

    assert [row["external_id"] for row in rows] == [EXTERNAL_ID]


@pytest.mark.parametrize(
    "change",
    [
        {"external_id": ""},
        {"external_id": "x" * 256},
        {"external_id": "a\x00b"},
        {"name": ""},
        {"name": "x" * 151},
        {"email": "no address"},
        {"external_id": None},
    ],
)
def test_a_learner_that_cannot_be_brought(
    lms: APIClient, change: dict[str, Any]
) -> None:
    answer = post(lms, "learners", {**ADA, **change})

    problem = assert_problem(answer, 422, "invalid_input")
    assert [place["field"] for place in problem["problems"]] == list(change)


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "username", "password"])
def test_an_lms_sets_nothing_else_of_an_account(lms: APIClient, field: str) -> None:
    answer = post(lms, "learners", {**ADA, field: "1"})

    assert_problem(answer, 422, "unknown_field")
    assert not User.objects.filter(email=ADA["email"]).exists()


def test_a_learner_is_enrolled_once(world: World, lms: APIClient) -> None:
    post(lms, "learners", ADA)
    body = {"external_id": "ada", "course": world.course.key}
    expected = {**body, "role": "learner"}

    for _ in range(2):
        answer = post(lms, "enrolments", body)
        assert (answer.status_code, answer.json()) == (200, expected)
    assert Enrolment.objects.filter(user__email=ADA["email"]).count() == 1


def test_an_lms_enrols_only_where_its_owner_teaches(
    world: World, lms: APIClient
) -> None:
    other = factories.make_course()
    body = {"external_id": EXTERNAL_ID, "course": other.key}

    assert_problem(post(lms, "enrolments", body), 404, "not_found")
    enrol(other, user=world.people["lms"])
    assert_problem(post(lms, "enrolments", body), 404, "not_found")


def test_an_lms_enrols_only_whom_it_brought(world: World) -> None:
    other = world.token("instructor", "lms")
    body = {"external_id": EXTERNAL_ID, "course": world.course.key}

    assert_problem(post(other, "enrolments", body), 404, "learner_unknown")


def test_an_attempt_is_started_for_a_learner(world: World, lms: APIClient) -> None:
    first, second = start(lms, world), start(lms, world)

    assert (first.status_code, second.status_code) == (201, 200)
    instance = AssessmentInstance.objects.get(user=world.people["brought"])
    document = first.json()
    assert document["external_id"] == EXTERNAL_ID
    assert document["attempt"]["uuid"] == str(instance.uuid)
    assert document["attempt"]["state"] == "in_progress"
    assert second.json() == document


def test_an_attempt_needs_an_enrolment_in_a_closed_course(
    lms: APIClient, world: World
) -> None:
    post(lms, "learners", ADA)

    assert_problem(start(lms, world, "ada"), 403, "not_enrolled")


def test_an_attempt_is_started_only_for_whom_it_brought(
    world: World, lms: APIClient
) -> None:
    assert_problem(start(lms, world, "owner"), 404, "learner_unknown")
    assert_problem(
        start(world.token("instructor", "lms"), world), 404, "learner_unknown"
    )


def test_an_attempt_is_started_only_where_its_owner_teaches(
    world: World, lms: APIClient
) -> None:
    Enrolment.objects.filter(user=world.people["lms"]).update(role=Role.LEARNER)

    assert_problem(start(lms, world), 404, "not_found")


def test_a_link_signs_the_learner_in_once_and_lands_on_the_attempt(
    world: World, lms: APIClient
) -> None:
    attempt = start(lms, world).json()["attempt"]["uuid"]
    answer = post(lms, "sign-in-links", {"attempt": attempt})

    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    url = answer.json()["url"]
    assert url.startswith("http://testserver/accounts/sign-in/link/")
    browser = Client()
    assert browser.get(url).status_code == 200
    landed = browser.post(url)
    assert (landed.status_code, landed["Location"]) == (302, f"/attempts/{attempt}/")
    assert browser.session["_auth_user_id"] == str(world.people["brought"].pk)
    assert Client().post(url).status_code == 410


def test_a_link_lives_five_minutes(world: World, lms: APIClient) -> None:
    attempt = start(lms, world).json()["attempt"]["uuid"]
    document = post(lms, "sign-in-links", {"attempt": attempt}).json()

    link = SignInLink.objects.get()
    assert (link.expires_at - link.created_at).total_seconds() == pytest.approx(300, 1)
    assert document["expires_at"][:16] == link.expires_at.isoformat()[:16]
    SignInLink.objects.update(expires_at=link.created_at)
    assert Client().post(document["url"]).status_code == 410


def test_no_link_for_attempts_of_others(world: World, lms: APIClient) -> None:
    body = {"attempt": str(world.attempt.uuid)}

    assert_problem(post(lms, "sign-in-links", body), 404, "not_found")
    brought = {"attempt": start(lms, world).json()["attempt"]["uuid"]}
    other = world.token("instructor", "lms")
    assert_problem(post(other, "sign-in-links", brought), 404, "not_found")
    Enrolment.objects.filter(user=world.people["lms"]).delete()
    assert_problem(post(lms, "sign-in-links", brought), 404, "not_found")


@pytest.mark.parametrize("privilege", ["is_staff", "is_superuser", "instructor"])
def test_no_link_opens_more_than_a_learners_pages(
    world: World, lms: APIClient, privilege: str
) -> None:
    attempt = start(lms, world).json()["attempt"]["uuid"]
    brought = world.people["brought"]
    if privilege == "instructor":
        enrol(factories.make_course(), user=brought, role=Role.INSTRUCTOR)
    else:
        setattr(brought, privilege, True)
        brought.save()

    answer = post(lms, "sign-in-links", {"attempt": attempt})
    assert_problem(answer, 403, "privileged_learner")


@pytest.mark.parametrize("scope", ["learner", "staff"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "learners"),
        ("post", "learners"),
        ("post", "enrolments"),
        ("post", "attempts"),
        ("post", "sign-in-links"),
        ("get", "grades"),
    ],
)
def test_only_an_lms_token_opens_these(
    world: World, scope: str, method: str, path: str
) -> None:
    client = world.token("instructor", scope)

    answer = getattr(client, method)(f"/api/v1/lms/{path}/")
    assert_problem(answer, 403, "scope_missing")
