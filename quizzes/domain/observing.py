"""Observations: a variant carried out on a worker's kernel, beside its grading.

The row is the queue, as for grading: claimed with a lease and a token that rotates,
taken back when the worker dies, dead after the third failure. Nothing waits for one.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from quizzes.domain.claiming import MAX_FAILURES
from quizzes.domain.clock import database_now
from quizzes.domain.notifying import notify
from quizzes.enums import ObservationState
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.ports import Execution, Observer
from quizzes.models import Observation

logger = logging.getLogger(__name__)

# So long a queued row waits for a worker to come back: one that restarts on a busy
# machine is silent for a while.
GIVE_UP_SECONDS = 600.0
# Beyond the wall time of an observation itself: to start, to store, a busy machine.
LEASE_MARGIN_SECONDS = 10.0

_CLAIM = """
UPDATE quizzes_observation SET state = 'running', token = token + 1,
    worker = %(worker)s, started_at = clock_timestamp(),
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM quizzes_observation WHERE lane = %(lane)s AND state = 'queued'
        AND available_at <= clock_timestamp()
    ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""

_TAKE_BACK = """
UPDATE quizzes_observation SET failures = failures + 1, token = token + 1,
    lease_until = NULL, last_error = %(error)s, rings = 0, next_ring_at = NULL,
    state = CASE WHEN failures + 1 >= %(max)s THEN 'dead' ELSE 'queued' END,
    finished_at = CASE WHEN failures + 1 >= %(max)s THEN clock_timestamp() END,
    available_at = clock_timestamp() + make_interval(secs => power(2, failures + 1))
WHERE state = 'running' AND CASE WHEN %(id)s::bigint IS NULL
    THEN lease_until < clock_timestamp()
    ELSE id = %(id)s AND token = %(token)s END
RETURNING uuid
"""

# Nobody has taken it for a while, and nobody who could is at work.
_GIVE_UP = """
UPDATE quizzes_observation o SET state = 'untaken', finished_at = clock_timestamp(),
    last_error = 'no worker was there to take it'
WHERE state = 'queued'
    AND queued_at < clock_timestamp() - make_interval(secs => %(silent)s)
    AND NOT EXISTS (SELECT FROM quizzes_liveworker w WHERE w.queues ? o.lane
        AND w.seen_at > clock_timestamp() - make_interval(secs => %(silent)s))
RETURNING uuid
"""


def drain_observations(
    lane: str, *, worker: str, observe: Observer, seconds: float = 1.0
) -> bool:
    """Observe what is queued in a live queue, one after the other.

    Stops after ``seconds``; True if the queue was empty then.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        claimed = _claim(lane, worker)
        if claimed is None:
            return True
        run_observation(claimed, observe)
    return False


def run_observation(claimed: Observation, observe: Observer) -> None:
    """Observe a claimed variant and store what was seen, unless its token moved on."""
    version = claimed.scenario_version
    execution = Execution(
        source=version.source, digest=version.digest, params=claimed.params, seed=0
    )
    try:
        seen = observe(
            execution, model=InProcessRunner(), seconds=settings.LIVE_SECONDS
        )
    except Exception as error:
        logger.exception("observation %s failed", claimed.pk)
        take_back_observations(error=repr(error), only=claimed)
        return
    with transaction.atomic():
        current = Observation.objects.filter(
            pk=claimed.pk, state=ObservationState.RUNNING, token=claimed.token
        )
        changed = current.update(
            state=ObservationState.OBSERVED,
            scenario_digest=version.digest,
            kernel=seen.kernel,
            claims=dict(seen.claims),
            document=seen.document,
            lease_until=None,
            finished_at=database_now(),
        )
        if changed:
            notify("observation", [claimed.uuid])


def take_back_observations(
    *, error: str = "its worker went away", only: Observation | None = None
) -> int:
    """Count a failure of ``only``, or of all whose lease ran out; how many."""
    parameters: dict[str, Any] = {
        "error": error[:2000],
        "max": MAX_FAILURES,
        "id": only.pk if only else None,
        "token": only.token if only else None,
    }
    return _end(_TAKE_BACK, parameters)


def give_up_untaken() -> int:
    """End observations that nobody is there to take; how many."""
    return _end(_GIVE_UP, {"silent": GIVE_UP_SECONDS})


def _end(query: str, parameters: dict[str, Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, parameters)
        uuids = [row[0] for row in cursor.fetchall()]
        notify("observation", uuids)
    return len(uuids)


def _claim(lane: str, worker: str) -> Observation | None:
    parameters: dict[str, Any] = {
        "lane": lane,
        "worker": worker,
        "lease": settings.LIVE_SECONDS + LEASE_MARGIN_SECONDS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        row = cursor.fetchone()
        if row is None:
            return None
        claimed = Observation.objects.select_related("scenario_version").get(pk=row[0])
        notify("observation", [claimed.uuid])
    return claimed
