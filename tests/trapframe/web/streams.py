"""Reading an event stream in a test."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from django.db import connections

Result = TypeVar("Result")


async def aside(function: Callable[..., Result], *args: Any) -> Result:
    """Call what asks the database, in a thread that keeps no connection."""

    def call() -> Result:
        try:
            return function(*args)
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)


async def take(body: AsyncIterator[bytes], count: int) -> list[Any]:
    """The next ``count`` parts: a state as a dict, other parts as text."""
    async with asyncio.timeout(10):
        return [part(await anext(body)) for _ in range(count)]


async def rest(body: AsyncIterator[bytes]) -> list[Any]:
    async with asyncio.timeout(10):
        return [part(chunk) async for chunk in body]


def part(chunk: bytes) -> Any:
    name, _, data = chunk.decode().partition("\ndata: ")
    return json.loads(data) if name == "event: state" else chunk.decode().strip()
