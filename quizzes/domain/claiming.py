"""Claiming: a lease and a token that rotates, in one statement and one commit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from quizzes.domain.notifying import IDS_PER_MESSAGE

# After this many failures of the platform a job is dead: staff see it.
MAX_FAILURES = 3

_CLAIM_JOBS = """
WITH picked AS (
    SELECT id FROM quizzes_gradingjob
    WHERE lane = %(lane)s AND state = 'queued' AND available_at <= clock_timestamp()
        AND {suspects}
    ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
    UPDATE quizzes_gradingjob j
    SET state = 'running', token = token + 1, worker = %(worker)s,
        started_at = clock_timestamp(),
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    FROM picked, quizzes_submission s, quizzes_variant v
    WHERE j.id = picked.id AND s.id = j.submission_id AND v.id = s.variant_id
    RETURNING j.id, j.token, j.started_at, s.id AS submission_id, s.uuid, s.answer,
        v.id AS variant_id, v.instance_question_id, v.question_version_id,
        v.scenario_version_id, v.seed, v.params, v.params_digest, v.presentation
), told AS (
    SELECT count(pg_notify('trapframe', json_build_object(
        'kind', 'job', 'ids', parts.ids)::text))
    FROM (
        SELECT json_agg(uuid) AS ids FROM (
            SELECT uuid, (row_number() OVER () - 1) / %(ids)s AS part FROM claimed
        ) AS numbered GROUP BY part
    ) AS parts
)
SELECT claimed.* FROM claimed, told ORDER BY claimed.id
"""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A grading job in this worker's hands, with all that grading it needs."""

    id: int
    token: int
    started_at: datetime
    submission_id: int
    submission_uuid: Any
    answer: dict[str, Any]
    variant_id: int
    instance_question_id: int
    question_version_id: int
    scenario_version_id: int | None
    seed: int
    params: dict[str, Any]
    params_digest: str
    presentation: dict[str, Any]


def claim_jobs(
    lane: str, *, worker: str, limit: int, lease_seconds: float, suspects: bool
) -> list[ClaimedJob]:
    """Claim up to ``limit`` queued jobs of a lane, oldest first.

    ``suspects`` chooses between jobs that never failed and those that did (they run
    alone). The claim is committed before anything runs, so a job that kills its
    worker leaves a trace: its lease runs out and the sweeper counts a failure.
    """
    query = _CLAIM_JOBS.format(suspects="failures > 0" if suspects else "failures = 0")
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {
                "lane": lane,
                "limit": limit,
                "worker": worker,
                "lease": lease_seconds,
                "ids": IDS_PER_MESSAGE,
            },
        )
        return [ClaimedJob(*_parsed(row)) for row in cursor.fetchall()]


# Columns of a claimed row that arrive as JSON text: Django's cursor leaves them so.
_JSON_COLUMNS = frozenset({5, 11, 13})


def _parsed(row: Sequence[Any]) -> list[Any]:
    return [
        json.loads(value) if index in _JSON_COLUMNS else value
        for index, value in enumerate(row)
    ]
