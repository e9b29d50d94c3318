"""Observations: a variant carried out on a worker's kernel, beside its grading.

The row is the queue, as for grading: claimed with a lease and a token that rotates,
taken back when the worker dies, dead after the third failure. Nothing waits for one.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from quizzes.domain.clock import database_now
from quizzes.domain.notifying import notify
from quizzes.domain.observations_taken_back import take_back_observations
from quizzes.enums import OPEN_OBSERVATION_STATES, LiveQueue, ObservationState
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.ports import Execution, Observer
from quizzes.models import Observation

logger = logging.getLogger(__name__)

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
            execution, model=InProcessRunner(), seconds=seconds_of(claimed.lane)
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
            _remove_replaced(claimed)
            notify("observation", [claimed.uuid])


def seconds_of(lane: str) -> int:
    """Wall time that an observation of a queue may take, all its arms together."""
    if lane == LiveQueue.GUESTS:
        return int(settings.LIVE_GUEST_SECONDS)
    return int(settings.LIVE_SECONDS)


def _remove_replaced(seen: Observation) -> None:
    """Of a variant only the newest observation is ever shown: the others go."""
    Observation.objects.filter(
        scenario_version_id=seen.scenario_version_id,
        params_digest=seen.params_digest,
        pk__lt=seen.pk,
    ).exclude(state__in=OPEN_OBSERVATION_STATES).delete()


def _claim(lane: str, worker: str) -> Observation | None:
    parameters: dict[str, Any] = {
        "lane": lane,
        "worker": worker,
        "lease": seconds_of(lane) + LEASE_MARGIN_SECONDS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        row = cursor.fetchone()
        if row is None:
            return None
        claimed = Observation.objects.select_related("scenario_version").get(pk=row[0])
        notify("observation", [claimed.uuid])
    return claimed
