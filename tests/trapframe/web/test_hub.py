import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest
from django.db import connection

from quizzes.domain.notifying import notify
from tests.trapframe.web.streams import aside
from trapframe.web.live import hub as hub_module
from trapframe.web.live.hub import Hub

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 10.0


def run(steps: Coroutine[Any, Any, None]) -> None:
    async def within() -> None:
        async with asyncio.timeout(3 * SOON):
            await steps

    asyncio.run(within())


async def woken(changed: asyncio.Event) -> None:
    async with asyncio.timeout(SOON):
        await changed.wait()
    changed.clear()


def listeners() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'events'"
            " AND datname = current_database()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def cut_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", listeners())


async def gone() -> None:
    """Until the server has seen the listener leave."""
    for _ in range(500):
        if not await aside(listeners):
            return
        await asyncio.sleep(0.01)
    pytest.fail("it still listens")


def test_it_wakes_those_who_watch_the_id_and_no_others() -> None:
    async def steps() -> None:
        hub = Hub()
        with hub.watch("a") as a, hub.watch("a") as again, hub.watch("b") as b:
            # Once it listens, all look again.
            await asyncio.gather(woken(a), woken(again), woken(b))
            await aside(notify, "job", ["a"])
            await asyncio.gather(woken(a), woken(again))
            assert not b.is_set()
            await aside(notify, "proof", ["a", "b"])
            await asyncio.gather(woken(a), woken(again), woken(b))

    run(steps())


def test_it_listens_once_and_only_while_somebody_watches() -> None:
    async def steps() -> None:
        hub = Hub()
        assert (hub.watching(), await aside(listeners)) == (0, [])
        with hub.watch("a") as a, hub.watch("b"):
            await woken(a)
            assert (hub.watching(), len(await aside(listeners))) == (2, 1)
        assert hub.watching() == 0
        await gone()
        with hub.watch("c") as c:
            await woken(c)
            assert len(await aside(listeners)) == 1

    run(steps())


def test_after_a_break_it_connects_again_and_all_look(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub_module, "FIRST_PAUSE", 0.01)
    caplog.set_level(logging.WARNING)

    async def steps() -> None:
        hub = Hub()
        with hub.watch("a") as a:
            await woken(a)
            await aside(cut_off)
            await woken(a)
            await aside(notify, "job", ["a"])
            await woken(a)

    run(steps())
    assert "no notifications, next try in 0.01 s" in caplog.text


def test_it_waits_longer_after_each_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = []
    sleep = asyncio.sleep

    async def refuse() -> None:
        raise psycopg.OperationalError("no server")

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(hub_module, "_connect", refuse)
    monkeypatch.setattr(hub_module.asyncio, "sleep", note)

    async def steps() -> None:
        with Hub().watch("a"):
            while len(pauses) < 8:
                await sleep(0)

    run(steps())
    assert pauses[:8] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


@pytest.mark.parametrize("payload", ["", "no json", "[]", "{}", '{"ids": 1}'])
def test_a_message_that_is_not_ours_wakes_nobody(payload: str) -> None:
    assert hub_module._ids(payload) == []
