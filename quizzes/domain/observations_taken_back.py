"""Observations that their worker did not bring to an end: again, dead, or given up."""

from typing import Any

from django.db import connection, transaction

from quizzes.domain.claiming import MAX_FAILURES
from quizzes.domain.notifying import notify
from quizzes.models import Observation

# So long a queued row waits for a worker to come back: one that restarts on a busy
# machine is silent for a while.
GIVE_UP_SECONDS = 600.0

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
