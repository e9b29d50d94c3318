"""When a request arrived, before it waited for a thread and a connection."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
_ARRIVED = "trapframe.arrived"


def stamp_arrivals(application: Application) -> Application:
    """The ASGI application with the moment of arrival in each request's scope."""

    async def stamped(scope: Scope, receive: Any, send: Any) -> None:
        scope[_ARRIVED] = time.monotonic()
        await application(scope, receive, send)

    return stamped


def waited(request: HttpRequest) -> timedelta:
    """How long ago the request arrived; zero where nobody stamped it.

    A duration by this host's monotonic clock: what time it is, the database says.
    """
    arrived = getattr(request, "scope", {}).get(_ARRIVED)
    if arrived is None:
        return timedelta(0)
    return timedelta(seconds=time.monotonic() - arrived)
