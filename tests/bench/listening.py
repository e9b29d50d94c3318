"""When each submission's last notification came: it is graded by then."""

import json
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.conf import settings

from quizzes.domain.notifying import CHANNEL
from quizzes.enums import JobState
from quizzes.models import GradingJob
from tests.trial.stack import wait_until

_POLL_SECONDS = 0.5


class Stamps:
    """Notified moments (time.perf_counter) by submission: claimed, then graded."""

    def __init__(self) -> None:
        self._last: dict[UUID, float] = {}

    def note(self, payload: str, moment: float) -> None:
        message = json.loads(payload)
        if message["kind"] == "job":
            for text in message["ids"]:
                self._last[UUID(text)] = moment

    def graded(self, submissions: Collection[UUID]) -> dict[UUID, float]:
        """Each submission's moment of grading, once all are graded."""
        left = GradingJob.objects.filter(
            submission__uuid__in=submissions,
            state__in=(JobState.QUEUED, JobState.RUNNING),
        )
        wait_until(lambda: not left.exists(), "submissions to be graded")
        wait_until(lambda: set(submissions) <= set(self._last), "notifications")
        time.sleep(2 * _POLL_SECONDS)
        return {uuid: self._last[uuid] for uuid in submissions}


@contextmanager
def listening() -> Iterator[Stamps]:
    """Stamp notifications in a thread of its own, as the event streams' hub would."""
    stamps = Stamps()
    stop, ready = threading.Event(), threading.Event()

    def listen() -> None:
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            ready.set()
            while not stop.is_set():
                for message in connection.notifies(timeout=_POLL_SECONDS):
                    stamps.note(message.payload, time.perf_counter())

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield stamps
    finally:
        stop.set()
        thread.join()
