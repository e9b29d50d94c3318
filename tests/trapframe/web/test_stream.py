import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from quizzes.domain.notifying import notify
from tests.trapframe.web.streams import aside, rest, take
from trapframe.web.live import event_stream, stream
from trapframe.web.live.hub import hub

pytestmark = pytest.mark.django_db(transaction=True)


class Thing:
    """A state that a test changes; counts how often it is read."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"state": "queued", "final": False}
        self.reads = 0

    def read(self) -> dict[str, Any]:
        self.reads += 1
        return self.state


def opened(thing: Thing, person: int = 1) -> StreamingHttpResponse:
    response = event_stream("thing", thing.read, person=person)
    assert isinstance(response, StreamingHttpResponse)
    return response


def test_it_tells_the_state_at_once_then_each_change_and_ends() -> None:
    thing = Thing()

    async def steps() -> None:
        body = aiter(opened(thing))
        assert await take(body, 2) == ["retry: 2000", thing.state]
        thing.state = {"state": "running", "final": False}
        await aside(notify, "job", ["thing"])
        assert await take(body, 1) == [thing.state]
        thing.state = {"state": "graded", "final": True}
        await aside(notify, "job", ["thing"])
        assert await rest(body) == [thing.state]

    asyncio.run(steps())
    assert hub.watching() == 0


def test_a_final_state_ends_it_at_once() -> None:
    thing = Thing()
    thing.state = {"state": "graded", "final": True}

    async def steps() -> None:
        assert await rest(aiter(opened(thing))) == ["retry: 2000", thing.state]

    asyncio.run(steps())


def test_it_stays_alive_and_looks_at_each_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    thing = Thing()

    async def steps() -> None:
        body = aiter(opened(thing))
        assert await take(body, 4) == ["retry: 2000", thing.state, ": alive", ": alive"]
        # No message comes, and the change is found all the same.
        thing.state = {"state": "graded", "final": True}
        assert await rest(body) == [thing.state]

    asyncio.run(steps())


def test_it_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 0.1)

    async def steps() -> None:
        parts = await rest(aiter(opened(Thing())))
        assert parts[:2] == ["retry: 2000", {"state": "queued", "final": False}]
        assert set(parts[2:]) == {": alive"}

    asyncio.run(steps())


async def watched(person: int) -> tuple[asyncio.Task[None], asyncio.Event]:
    """A task that reads a stream to its end, and when it has read a state."""
    started = asyncio.Event()

    async def read() -> None:
        async for chunk in opened(Thing(), person):
            if b"event: state" in chunk:
                started.set()

    return asyncio.create_task(read()), started


async def leave(task: asyncio.Task[None]) -> None:
    """What the server does when the browser is gone."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_browser_that_leaves_frees_its_place() -> None:
    async def steps() -> None:
        task, started = await watched(person=7)
        await started.wait()
        assert (hub.watching(), stream._open[7]) == (1, 1)
        await leave(task)
        assert (hub.watching(), 7 in stream._open) == (0, False)

    asyncio.run(steps())


def test_one_person_has_a_dozen_streams_at_most() -> None:
    async def steps() -> None:
        readers = [await watched(person=1) for _ in range(stream.STREAMS_PER_PERSON)]
        for _, started in readers:
            await started.wait()
        refused = event_stream("thing", Thing().read, person=1)
        assert (refused.status_code, refused["Retry-After"]) == (429, "5")
        assert event_stream("thing", Thing().read, person=2).status_code == 200
        await leave(readers[0][0])
        assert event_stream("thing", Thing().read, person=1).status_code == 200
        for task, _ in readers[1:]:
            await leave(task)

    asyncio.run(steps())


def test_nothing_keeps_it_in_a_cache_or_a_buffer() -> None:
    headers = opened(Thing()).headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"


def test_reading_gives_the_connection_back(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(stream, "close_old_connections", lambda: order.append("back"))

    def broken() -> dict[str, Any]:
        order.append("read")
        raise RuntimeError("no state")

    async def read(reader: Callable[[], dict[str, Any]]) -> None:
        await stream._read(reader)

    with pytest.raises(RuntimeError, match="no state"):
        asyncio.run(read(broken))
    assert order == ["read", "back"]
