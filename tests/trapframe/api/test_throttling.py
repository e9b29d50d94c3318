"""Whose requests are counted together."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from tests import factories
from tests.personas import World, bearer
from trapframe.accounts.models import ApiToken
from trapframe.api.throttling import CallerThrottle, SubmitThrottle

COURSES = "/api/v1/courses/"


def key(user: Any, token: ApiToken | None = None, address: str = "192.0.2.1") -> str:
    request = Request(APIRequestFactory().get("/", REMOTE_ADDR=address))
    request.user, request.auth = user, token
    return CallerThrottle().get_cache_key(request, APIView())


def test_each_token_counts_for_itself(db: None) -> None:
    user = factories.make_user()
    one, two = ApiToken(pk=1, owner=user), ApiToken(pk=2, owner=user)

    assert len({key(user, one), key(user, two), key(user)}) == 3


def test_a_person_counts_from_everywhere(db: None) -> None:
    user = factories.make_user()

    assert key(user, address="192.0.2.1") == key(user, address="192.0.2.2")
    assert key(user) != key(factories.make_user())


def test_who_is_nobody_counts_by_address() -> None:
    nobody = AnonymousUser()

    assert key(nobody, address="192.0.2.1") == key(nobody, address="192.0.2.1")
    assert key(nobody, address="192.0.2.1") != key(nobody, address="192.0.2.2")


def test_submitting_is_counted_apart(db: None) -> None:
    request = Request(APIRequestFactory().get("/"))
    request.user = factories.make_user()

    keys = {
        throttle().get_cache_key(request, APIView())
        for throttle in (CallerThrottle, SubmitThrottle)
    }
    assert len(keys) == 2


def test_a_flood_of_one_token_delays_no_other_of_its_owner(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallerThrottle, "rate", "3/min", raising=False)
    flooding, calm = (bearer(world.people["owner"], "learner") for _ in range(2))

    statuses = [flooding.get(COURSES).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert calm.get(COURSES).status_code == 200
    assert world.session("owner").get(COURSES).status_code == 200
