"""Sessions and users behave as Django's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import factories
from trapframe.accounts.signed_in import Backend, SessionStore

pytestmark = pytest.mark.django_db


def _stored(**content: Any) -> str:
    store = SessionStore()
    store.update(content)
    store.save()
    assert store.session_key is not None
    return store.session_key


def test_what_is_stored_is_there_for_it_and_for_django_s_own() -> None:
    key = _stored(word="here")
    assert SessionStore(key)["word"] == "here"
    assert DjangoStore(key)["word"] == "here"


@pytest.mark.parametrize("key", ["nobody-has-this-key", "x" * 40])
def test_an_unknown_key_is_an_empty_session_without_a_key(key: str) -> None:
    store = SessionStore(key)
    assert dict(store.items()) == {}
    assert store.session_key is None


def test_an_expired_session_is_none() -> None:
    key = _stored(word="here")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "word" not in SessionStore(key)


def test_a_user_is_found_by_id() -> None:
    user = factories.make_user()
    found = Backend().get_user(user.pk)
    assert found == user
    assert found.username == user.username
    assert Backend().get_user(user.pk + 1000) is None


def test_who_is_locked_out_is_signed_out() -> None:
    user = factories.make_user()
    client = Client()
    client.force_login(user)
    home = reverse("learner:attempts")
    assert client.get(home).status_code == 200
    user.is_active = False
    user.save()
    assert Backend().get_user(user.pk) is None
    assert client.get(home).status_code == 302


def test_who_changes_the_password_is_signed_out_elsewhere() -> None:
    user = factories.make_user()
    client = Client()
    client.force_login(user)
    user.set_password("another-Password-1")
    user.save()
    assert client.get(reverse("learner:attempts")).status_code == 302


def test_a_signed_in_request_asks_for_its_session_and_its_user_once() -> None:
    client = Client()
    client.force_login(factories.make_user())
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("learner:attempts"))
    asked = [entry["sql"] for entry in queries.captured_queries]
    assert sum("django_session" in sql for sql in asked) == 1
    assert sum("FROM accounts_user" in sql for sql in asked) == 1


def test_they_are_the_ones_in_use() -> None:
    module = SessionStore.__module__
    assert module == settings.SESSION_ENGINE
    assert [f"{module}.Backend"] == settings.AUTHENTICATION_BACKENDS
