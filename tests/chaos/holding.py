"""Make workers pause with jobs in their hands, so that a fault surely hits work."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGKILL

from django.db import connection

from quizzes.domain.ledger import LEDGER_LOCK
from quizzes.enums import JobState
from quizzes.models import GradingJob

_POLL_SECONDS = 0.005


@contextmanager
def recording_held() -> Iterator[None]:
    """Nobody records a result during the block.

    It takes the lock that a reader of the ledger takes for a moment, so workers claim
    and judge as always and then wait.
    """
    blocker = connection.copy()
    try:
        with blocker.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LEDGER_LOCK])
        yield
    finally:
        blocker.close()  # the session's end releases it


def wait_for_holder(seconds: float, *, most_failures: int = 0) -> int | None:
    """The process id of a worker with a running job; None if there is none in time.

    Only jobs that failed at most ``most_failures`` times count.
    """
    running = GradingJob.objects.filter(
        state=JobState.RUNNING, failures__lte=most_failures
    ).values_list("worker", flat=True)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        worker = running.first()
        if worker is not None:
            return process_of(worker)
        time.sleep(_POLL_SECONDS)
    return None


def process_of(worker: str) -> int:
    """The process id in a job's ``worker``, which is host:pid."""
    return int(worker.rpartition(":")[2])


def kill(pid: int) -> bool:
    """SIGKILL; False if it was gone already."""
    try:
        os.kill(pid, SIGKILL)
    except ProcessLookupError:
        return False
    return True
