"""People and tokens in the admin: for administrators alone."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests import factories
from trapframe.accounts import tokens
from trapframe.accounts.models import ApiToken, User

PAGES = ["admin:accounts_user_changelist", "admin:accounts_apitoken_changelist"]


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(factories.make_user("ada", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def token(db: None) -> ApiToken:
    made, _ = tokens.issue(factories.make_user("lms"), "sync", ["lms"])
    return made


def press(client: Client, token: ApiToken, action: str) -> Any:
    return client.post(
        reverse("admin:accounts_apitoken_changelist"),
        {"action": action, "_selected_action": [str(token.pk)], "post": "yes"},
    )


@pytest.mark.parametrize("name", PAGES)
def test_instructors_see_neither_people_nor_tokens(
    client: Client, db: None, name: str
) -> None:
    instructor = factories.make_instructor(factories.make_course())
    client.force_login(instructor)
    assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("admin:index")).content.decode().count("accounts") == 0


def test_an_administrator_ends_a_token(admin: Client, token: ApiToken) -> None:
    response = press(admin, token, "revoke_tokens")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Revoked: sync."
    ]
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_tokens_are_neither_made_nor_changed_nor_deleted(
    admin: Client, token: ApiToken
) -> None:
    press(admin, token, "delete_selected")
    add = reverse("admin:accounts_apitoken_add")
    change = reverse("admin:accounts_apitoken_change", args=[token.pk])
    delete = reverse("admin:accounts_apitoken_delete", args=[token.pk])
    answers = [
        admin.get(add).status_code,
        admin.post(change, {"name": "other", "scopes": "staff"}).status_code,
        admin.post(delete, {"post": "yes"}).status_code,
    ]
    assert answers == [403, 403, 403]
    token.refresh_from_db()
    assert (token.name, token.scopes, token.revoked_at) == ("sync", ["lms"], None)


def test_no_page_shows_the_digest(admin: Client, token: ApiToken) -> None:
    change = reverse("admin:accounts_apitoken_change", args=[token.pk])
    page = admin.get(change).content.decode()
    assert ("sync" in page, token.digest in page) == (True, False)


def test_an_administrator_makes_somebody_an_instructor(admin: Client, db: None) -> None:
    person = factories.make_user("ina")
    change = reverse("admin:accounts_user_change", args=[person.pk])
    admin.post(change, {"username": "ina", "is_active": "on", "is_staff": "on"})
    assert list(User.objects.filter(username="ina").values("is_staff")) == [
        {"is_staff": True}
    ]
