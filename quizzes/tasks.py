"""Celery tasks: a name in, one domain call."""

import os
import socket

from celery import shared_task
from django.db import close_old_connections

from quizzes.domain.grading import AWAY
from quizzes.domain.grading import drain_lane as drain
from quizzes.domain.observing import drain_observations
from quizzes.domain.proving import drain_proofs
from quizzes.enums import Lane, LiveQueue
from quizzes.wakeups import DRAIN_TASK, ring

# A worker gives way to other messages after this long, and rings for itself.
SLICE_SECONDS = 1.0


@shared_task(name=DRAIN_TASK)
def drain_lane(lane: str) -> None:
    """Look for work in a lane: the bell says where, the rows say what."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    drain_slice = _observe if lane in LiveQueue.values else _grade
    try:
        is_empty = drain_slice(lane, worker)
    except AWAY:
        # A restarted database leaves a connection that only looks alive. To find out
        # by a question before each bell would cost as much as claiming a job.
        close_old_connections()
        is_empty = drain_slice(lane, worker)
    if lane == Lane.BULK:
        drain_proofs(lane, worker=worker)
    if not is_empty:
        ring(lane)
        ring(lane)  # one more, for a worker that stands idle


def _grade(lane: str, worker: str) -> bool:
    return drain(lane, worker=worker, seconds=SLICE_SECONDS).is_empty


def _observe(lane: str, worker: str) -> bool:
    """Observe on this machine's kernel, if it lets us; a stray bell is ignored."""
    from quizzes.execution import live  # noqa: PLC0415  no other worker needs it

    if lane not in live.allowed_queues():
        return True
    live.clean_up()
    observe = live.observer_of(LiveQueue(lane))
    return drain_observations(
        lane, worker=worker, observe=observe, seconds=SLICE_SECONDS
    )
