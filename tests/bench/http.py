"""The least of an HTTP client: one kept connection of one signed-in learner."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import get_random_string

_CSRF_LENGTH = 32
# The server closes a connection that is idle for 5 seconds; like a browser, connect
# anew.
_KEPT_SECONDS = 4.0
_BACKEND = "trapframe.accounts.signed_in.Backend"


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: bytes


class Browser:
    """Signed in without the form, since no measurement is about signing in."""

    def __init__(self, user: Any, port: int) -> None:
        self._port = port
        self._used = 0.0
        self._csrf = get_random_string(_CSRF_LENGTH)
        self._head = (
            f"Host: 127.0.0.1:{port}\r\nCookie: {settings.SESSION_COOKIE_NAME}="
            f"{_session_of(user)}; {settings.CSRF_COOKIE_NAME}={self._csrf}\r\n"
        )

    async def open(self) -> None:
        self._used = time.monotonic()
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._port
        )

    def close(self) -> None:
        self._writer.close()

    async def get(self, path: str) -> Answer:
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    async def post(self, path: str, form: Mapping[str, Any]) -> Answer:
        fields = {**form, "csrfmiddlewaretoken": self._csrf}
        body = urlencode(fields, doseq=True).encode()
        head = (
            f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        return await self._ask(head.encode() + body)

    async def _ask(self, request: bytes) -> Answer:
        if time.monotonic() - self._used > _KEPT_SECONDS:
            self.close()
            await self.open()
        self._used = time.monotonic()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in lines)
        }
        length = int(headers.get("content-length", 0))
        body = await self._reader.readexactly(length)
        status = HTTPStatus(int(first.split()[1]))
        return Answer(status, headers.get("location", ""), body)


def _session_of(user: Any) -> str:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, user, backend=_BACKEND)
    request.session.save()
    return str(request.session.session_key)
