"""The doorbell: tells workers that a lane has work. It may be lost; rows are not.

A bell means "look", never "do this": doubled, late or lost bells are harmless, since
a claim finds a row or nothing and the sweeper rings again.
"""

import logging
import math
import threading
import time

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

DRAIN_TASK = "quizzes.drain_lane"
# While the broker is away, one attempt in this many seconds pays its time-out.
BREAKER_SECONDS = 5.0
_breaker = {"open_until": 0.0}
# A woken worker takes all there is, so more bells of a process would only cost.
PAUSE_SECONDS = 0.03
# When each lane's last bell rang; in the future while one is about to ring.
_last_bell: dict[str, float] = {}
_bells_lock = threading.Lock()


def ring_on_commit(lane: str) -> None:
    """Ring the lane's bell once the current transaction has committed.

    At once after a pause; under load one bell serves all commits of a pause.
    """
    transaction.on_commit(lambda: _ring_once_a_pause(lane), robust=True)


def ring(lane: str) -> bool:
    """Ring the lane's bell now, best effort; True if the broker took it."""
    if time.monotonic() < _breaker["open_until"]:
        return False
    try:
        current_app.send_task(DRAIN_TASK, args=[lane], queue=lane, retry=False)
    except Exception as error:  # noqa: BLE001  whatever fails, the row is the queue
        _breaker["open_until"] = time.monotonic() + BREAKER_SECONDS
        logger.warning("no bell for lane %s: %s", lane, error)
        return False
    return True


def _ring_once_a_pause(lane: str) -> None:
    with _bells_lock:
        now = time.monotonic()
        last = _last_bell.get(lane, -math.inf)
        if last > now:
            return
        due = max(now, last + PAUSE_SECONDS)
        _last_bell[lane] = due
    if due == now:
        ring(lane)
        return
    # Lost if this process ends before: the sweeper rings then.
    timer = threading.Timer(due - now, lambda: ring(lane))
    timer.daemon = True
    timer.start()
