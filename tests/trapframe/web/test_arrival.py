"""The moment of arrival: stamped at the door, read in the view."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import AsyncRequestFactory, RequestFactory

from trapframe.web.arrival import stamp_arrivals, waited


def _stamped(request: ASGIRequest) -> ASGIRequest:
    seen: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    asyncio.run(stamp_arrivals(application)(request.scope, None, None))
    assert seen == [request.scope]
    return request


def test_the_wait_since_the_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    request = _stamped(AsyncRequestFactory().get("/"))
    later = time.monotonic() + 3
    monkeypatch.setattr("time.monotonic", lambda: later)
    assert timedelta(seconds=2.9) < waited(request) < timedelta(seconds=3.1)


def test_a_stamped_request_has_hardly_waited() -> None:
    assert waited(_stamped(AsyncRequestFactory().get("/"))) < timedelta(seconds=1)


@pytest.mark.parametrize("factory", [RequestFactory(), AsyncRequestFactory()])
def test_without_a_stamp_nothing_is_taken_off(factory: RequestFactory) -> None:
    assert waited(factory.get("/")) == timedelta(0)
