"""One browser's stream of states."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from trapframe.web.live.hub import hub

# Reads the state of what is watched; "final" in it ends the stream.
Reader = Callable[[], dict[str, Any]]

HEARTBEAT_SECONDS = 15.0
# The browser connects again after this; a stream that nobody ends ends itself.
LONGEST_SECONDS = 300.0
STREAMS_PER_PERSON = 12
_open: Counter[int] = Counter()


def event_stream(item: str, read: Reader, *, person: int) -> HttpResponseBase:
    """Answer with the state of ``item`` now and after each change, until it is final.

    ``read`` runs in a thread; ``person`` is whose streams are counted.
    """
    if _open[person] >= STREAMS_PER_PERSON:
        return HttpResponse(
            "Too many open pages of yours are watching.",
            status=429,
            content_type="text/plain",
            headers={"Retry-After": "5"},
        )
    return StreamingHttpResponse(
        _states(item, read, person),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _states(item: str, read: Reader, person: int) -> AsyncIterator[bytes]:
    _open[person] += 1
    ends = time.monotonic() + LONGEST_SECONDS
    shown: dict[str, Any] | None = None
    try:
        with hub.watch(item) as changed:
            yield b"retry: 2000\n\n"
            while time.monotonic() < ends:
                changed.clear()
                state = await _read(read)
                if state != shown:
                    shown = state
                    yield f"event: state\ndata: {json.dumps(state)}\n\n".encode()
                if state["final"]:
                    return
                # A look at every heartbeat too: notifications may be lost.
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await changed.wait()
                        continue
                yield b": alive\n\n"
    finally:
        _open[person] -= 1
        if not _open[person]:
            del _open[person]


async def _read(read: Reader) -> dict[str, Any]:
    """The state, read in a thread that gives its connection back at once."""

    def look() -> dict[str, Any]:
        try:
            return read()
        finally:
            close_old_connections()

    return await sync_to_async(look, thread_sensitive=False)()
