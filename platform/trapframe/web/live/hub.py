"""One LISTEN connection per process; wakes those who watch the ids of a message.

A message says only that something changed. Watchers read the state again, so a
message that is lost or doubled costs nothing but time.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.db import connections

from quizzes.domain.notifying import CHANNEL

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


class Hub:
    """Watchers by id; listens while there is at least one of them."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, item: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever ``item`` may have changed."""
        changed = asyncio.Event()
        self._watchers[item].add(changed)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        try:
            yield changed
        finally:
            self._leave(item, changed)

    def watching(self) -> int:
        """How many watchers there are now."""
        return sum(len(events) for events in self._watchers.values())

    def _leave(self, item: str, changed: asyncio.Event) -> None:
        self._watchers[item].discard(changed)
        if not self._watchers[item]:
            del self._watchers[item]
        if not self._watchers and self._listener is not None:
            self._listener.cancel()
            self._listener = None

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with await _connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    pause = FIRST_PAUSE
                    # What was said while nobody listened is lost: all look again.
                    self._wake(list(self._watchers))
                    async for message in connection.notifies():
                        self._wake(_ids(message.payload))
            except psycopg.Error as error:
                logger.warning("no notifications, next try in %s s: %s", pause, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _wake(self, items: list[str]) -> None:
        for item in items:
            for changed in self._watchers.get(item, ()):
                changed.set()


async def _connect() -> psycopg.AsyncConnection:
    entry = connections["default"].settings_dict
    parts = {
        "dbname": entry["NAME"],
        "user": entry["USER"],
        "password": entry["PASSWORD"],
        "host": entry["HOST"],
        "port": entry["PORT"],
    }
    given = {key: value for key, value in parts.items() if value}
    return await psycopg.AsyncConnection.connect(
        **given, autocommit=True, connect_timeout=5, application_name="events"
    )


def _ids(payload: str) -> list[str]:
    with suppress(ValueError, KeyError, TypeError):
        return [str(item) for item in json.loads(payload)["ids"]]
    return []


hub = Hub()
