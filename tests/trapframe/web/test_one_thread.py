"""The chain of middleware runs in one thread, event streams in the loop."""

import asyncio
import threading
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, override_settings
from django.urls import path
from django.utils.deprecation import MiddlewareMixin

threads: list[int] = []


class Noting(MiddlewareMixin):
    """Can do both, as Django's own."""

    def process_request(self, request: HttpRequest) -> None:
        threads.append(threading.get_ident())

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        threads.append(threading.get_ident())
        return response


def sync_view(request: HttpRequest) -> HttpResponse:
    threads.append(threading.get_ident())
    return HttpResponse("sync")


async def async_view(request: HttpRequest) -> HttpResponse:
    threads.append(threading.get_ident())
    return HttpResponse("async")


urlpatterns = [path("sync/", sync_view), path("async/", async_view)]
LAST = settings.MIDDLEWARE[-1]


def _threads_of(where: str, *middleware: str) -> list[int]:
    threads.clear()

    async def ask() -> None:
        answer: Any = await ASGIHandler().get_response_async(
            AsyncRequestFactory().get(where)
        )
        assert answer.content.decode() == where.strip("/")

    with override_settings(MIDDLEWARE=middleware, ROOT_URLCONF=__name__):
        asyncio.run(ask())
    return list(threads)


NOTING = f"{__name__}.Noting"


def test_it_is_the_last_of_the_platform_s_middleware() -> None:
    assert LAST == "trapframe.web.one_thread.one_thread"


@pytest.mark.parametrize("where", ["/sync/", "/async/"])
def test_the_chain_stays_in_one_thread(where: str) -> None:
    found = _threads_of(where, NOTING, NOTING, LAST)
    middle = found.pop(2)
    assert len(set(found)) == 1
    # An asynchronous view runs in the loop, which is this test's thread.
    assert (middle == threading.get_ident()) is (where == "/async/")
    assert found[0] != threading.get_ident()
