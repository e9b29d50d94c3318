"""What a worker's main process tells of live queues: at the start, then regularly."""

import logging
from typing import Any

from django.db import Error, connections

from quizzes.domain.live_workers import REPORT_SECONDS, report_live_worker
from quizzes.enums import LiveQueue

logger = logging.getLogger(__name__)

# Workers of this process that were started for live queues, and what they take.
_kept: dict[str, list[LiveQueue]] = {}


def keep_allowed_queues(queues: Any, *, worker: str) -> None:
    """Deselect the live queues that this machine's capabilities do not allow.

    ``queues`` are Celery's (``app.amqp.queues``). The children of the pool are forked
    later and know the capabilities from here.
    """
    asked = [queue for queue in LiveQueue if queue.value in queues.consume_from]
    if not asked:
        return
    from quizzes.execution import live  # noqa: PLC0415  no other worker needs it

    live.clean_up()
    allowed = live.allowed_queues()
    for queue in asked:
        if queue not in allowed:
            logger.warning("%s: this machine cannot serve %s", worker, queue.value)
            queues.deselect(queue.value)
    _kept[worker] = [queue for queue in asked if queue in allowed]


def report_repeatedly(timer: Any, *, worker: str) -> None:
    """Report now and every few seconds, if the worker was started for live queues."""
    if worker not in _kept:
        return
    report(worker)
    timer.call_repeatedly(REPORT_SECONDS, report, (worker,))


def report(worker: str) -> None:
    """Write this worker's report; a database that is away is told at the next one."""
    from quizzes.execution import live  # noqa: PLC0415  no other worker needs it

    try:
        report_live_worker(worker, live.capabilities(), _kept[worker])
    except Error as error:
        logger.warning("%s could not report: %s", worker, error)
    finally:
        # No child that is forked later may inherit this connection.
        connections.close_all()
