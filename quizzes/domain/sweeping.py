"""The sweeper: takes back what a dead worker held, rings again, closes the overdue."""

import logging
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from quizzes import wakeups
from quizzes.domain.failing import fail_jobs
from quizzes.domain.finishing import finish_overdue
from quizzes.domain.observations_taken_back import (
    give_up_untaken,
    take_back_observations,
)
from quizzes.domain.proving import take_back_proofs
from quizzes.domain.submitting import GRACE
from quizzes.enums import Lane

logger = logging.getLogger(__name__)

# Any number that no other advisory lock of this database uses.
SWEEPER_LOCK = 7_238_002
ROWS_PER_SWEEP = 300
# A queued row waits this long for its own bell before the sweeper rings, then 3, 6,
# 12 ... 60 seconds between bells.
FIRST_RING_SECONDS = 3

_EXPIRED = """
SELECT id FROM quizzes_gradingjob
WHERE state = 'running' AND lease_until < clock_timestamp()
ORDER BY id LIMIT %(rows)s FOR NO KEY UPDATE SKIP LOCKED
"""

_RING = """
WITH waiting AS (
    SELECT id FROM {table}
    WHERE state = 'queued' AND available_at <= clock_timestamp()
        AND GREATEST(available_at, queued_at) < clock_timestamp()
            - make_interval(secs => %(first)s)
            * (CASE WHEN failures = 0 THEN 1 ELSE 0 END)
        AND (next_ring_at IS NULL OR next_ring_at <= clock_timestamp())
    ORDER BY id LIMIT %(rows)s FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE {table} j
SET rings = LEAST(j.rings + 1, 5),
    next_ring_at = clock_timestamp()
        + make_interval(secs => LEAST(60, %(first)s * power(2, j.rings)))
FROM waiting WHERE j.id = waiting.id RETURNING j.lane
"""

# Who arrived in time may still wait for a lock, so the grace goes by first.
_OVERDUE = """
SELECT id FROM quizzes_assessmentinstance
WHERE state = 'in_progress' AND closes_at < clock_timestamp() - %(grace)s::interval
ORDER BY id LIMIT %(rows)s
"""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did; ``acted`` is False when another sweeper was at it."""

    acted: bool
    taken_back: int = 0
    dead: int = 0
    proofs_taken_back: int = 0
    observations_taken_back: int = 0
    observations_given_up: int = 0
    rung: tuple[str, ...] = ()
    closed: int = 0


def sweep() -> SweepReport:
    """One round; at most one sweeper of the database acts at a time."""
    with transaction.atomic():
        if not _is_alone():
            return SweepReport(acted=False)
        expired = _ids(_EXPIRED)
        dead = fail_jobs(expired, error="its worker went away") if expired else []
        proofs = take_back_proofs()
        observations = take_back_observations()
        given_up = give_up_untaken()
        lanes = _ring_again()
        overdue = _ids(_OVERDUE, grace=GRACE)
        for lane in lanes:
            wakeups.ring_on_commit(lane)
    return SweepReport(
        acted=True,
        taken_back=len(expired),
        dead=len(dead),
        proofs_taken_back=proofs,
        observations_taken_back=observations,
        observations_given_up=given_up,
        rung=tuple(lanes),
        closed=sum(_close(instance_id) for instance_id in overdue),
    )


def ring_all_lanes() -> None:
    """Ring every lane, so that its workers stamp their heartbeat."""
    for lane in Lane:
        wakeups.ring(lane)


def _close(instance_id: int) -> bool:
    """End one overdue attempt; one that cannot be ended never stops the others."""
    try:
        with transaction.atomic():
            finish_overdue(instance_id)
    except Exception:
        logger.exception("attempt %s is overdue and cannot be closed", instance_id)
        return False
    return True


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPER_LOCK])
        return bool(cursor.fetchone()[0])


def _ids(query: str, **parameters: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"rows": ROWS_PER_SWEEP, **parameters})
        return [row[0] for row in cursor.fetchall()]


def _ring_again() -> list[str]:
    lanes: set[str] = set()
    with connection.cursor() as cursor:
        for table in ("quizzes_gradingjob", "quizzes_proof", "quizzes_observation"):
            cursor.execute(
                _RING.format(table=table),
                {"first": FIRST_RING_SECONDS, "rows": ROWS_PER_SWEEP},
            )
            lanes.update(row[0] for row in cursor.fetchall())
    return sorted(lanes)
