"""Recording results: runs, verdicts, ledger and states of a batch, in one transaction.

A result is applied only while its job still carries the token of the claim;
otherwise the verdict is kept as superseded and changes no grade.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from quizzes.domain.judging import Result
from quizzes.domain.ledger import hold_ledger
from quizzes.domain.notifying import notify
from quizzes.domain.pipelining import one_journey
from quizzes.enums import JobState

_RECORD = """
WITH r AS (
    SELECT * FROM jsonb_to_recordset(%(results)s::jsonb) AS t(
        job_id bigint, token bigint, state text, outcome text, fraction numeric,
        evidence jsonb, question_version_id bigint, scenario_version_id bigint,
        simulator_version text, seed bigint, params_digest text, trace_hashes jsonb,
        started_at timestamptz, submission_id bigint, instance_question_id bigint,
        variant_id bigint)
), applied AS (
    UPDATE quizzes_gradingjob g
    SET state = r.state, lease_until = NULL,
        finished_at = CASE WHEN r.state <> 'needs_grading' THEN clock_timestamp() END
    FROM r WHERE g.id = r.job_id AND g.state = 'running' AND g.token = r.token
    RETURNING g.id
), verdicts AS (
    INSERT INTO quizzes_verdict (uuid, job_id, token, is_superseded, outcome, fraction,
        evidence, question_version_id, scenario_version_id, simulator_version, seed,
        params_digest, trace_hashes, worker, started_at, finished_at)
    SELECT gen_random_uuid(), r.job_id, r.token,
        r.job_id NOT IN (SELECT id FROM applied), r.outcome, r.fraction, r.evidence,
        r.question_version_id, r.scenario_version_id, r.simulator_version, r.seed,
        r.params_digest, r.trace_hashes, %(worker)s, r.started_at, clock_timestamp()
    FROM r WHERE r.state <> 'needs_grading'
    RETURNING id, job_id, fraction, is_superseded
), events AS (
    INSERT INTO quizzes_gradeevent (instance_question_id, submission_id, verdict_id,
        source, fraction, reason, created_at)
    SELECT r.instance_question_id, r.submission_id, v.id, 'auto', v.fraction, '',
        clock_timestamp()
    FROM verdicts v JOIN r ON r.job_id = v.job_id
    WHERE NOT v.is_superseded AND r.state = 'graded'
    ORDER BY v.job_id
), questions AS (
    UPDATE quizzes_instancequestion q
    SET fraction = n.fraction,
        state = CASE WHEN r.state = 'needs_grading' THEN r.state
            WHEN n.fraction IS NULL THEN 'saved' WHEN n.fraction = 1 THEN 'correct'
            WHEN n.fraction = 0 THEN 'incorrect' ELSE 'partial' END
    FROM r, quizzes_assessmentinstance i, quizzes_assessment a, LATERAL (
        SELECT CASE WHEN r.state <> 'graded' THEN q2.fraction
            WHEN a.score_policy = 'last' THEN r.fraction
            ELSE GREATEST(q2.fraction, r.fraction) END AS fraction
        FROM quizzes_instancequestion q2 WHERE q2.id = r.instance_question_id
    ) n
    WHERE q.id = r.instance_question_id AND r.job_id IN (SELECT id FROM applied)
        AND i.id = q.instance_id AND a.id = i.assessment_id
), variants AS (
    UPDATE quizzes_variant SET state = 'broken'
    FROM r WHERE quizzes_variant.id = r.variant_id AND r.state = 'broken'
        AND r.job_id IN (SELECT id FROM applied)
)
SELECT id FROM applied
"""

_INSERT_RUNS = """
INSERT INTO quizzes_run (scenario_version_id, simulator_version, params_digest, arm,
    trace_hash, document, created_at)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT DO NOTHING
"""

# Runs that this process has stored: (scenario version, parameters, simulator version).
_stored_runs: set[tuple[int, str, str]] = set()
STORED_RUNS_LIMIT = 100_000


def record_results(results: Sequence[Result], *, worker: str) -> set[int]:
    """Store a batch; the ids of the jobs to which a result was applied.

    Everything is written in one transaction, with one NOTIFY.
    """
    fresh = _fresh_runs(results)
    rows = json.dumps([_row(result) for result in results])
    with transaction.atomic(), connection.cursor() as cursor, one_journey():
        hold_ledger()
        _insert_runs(fresh.values())
        cursor.execute(_RECORD, {"results": rows, "worker": worker})
        notify("job", [result.job.submission_uuid for result in results])
        applied = {row[0] for row in cursor.fetchall()}
    if len(_stored_runs) > STORED_RUNS_LIMIT:
        _stored_runs.clear()
    _stored_runs.update(fresh)
    return applied


def _fresh_runs(results: Sequence[Result]) -> dict[tuple[int, str, str], Result]:
    fresh = {}
    for result in results:
        scenario = result.job.scenario_version_id
        if result.executed is None or scenario is None:
            continue
        version = result.executed.simulator_version
        key = (scenario, result.job.params_digest, version)
        if key not in _stored_runs:
            fresh[key] = result
    return fresh


def _insert_runs(results: Iterable[Result]) -> None:
    """Insert runs in one order everywhere, so that two workers never deadlock."""
    rows: list[tuple[Any, ...]] = [
        (
            result.job.scenario_version_id,
            result.executed.simulator_version,
            result.job.params_digest,
            arm.name,
            arm.trace_hash,
            arm.document,
        )
        for result in results
        if result.executed is not None
        for arm in result.executed.arms
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_RUNS, sorted(rows))


def _row(result: Result) -> dict[str, Any]:
    """One result as JSON: a document is cheaper to send than sixteen arrays."""
    job, executed = result.job, result.executed
    return {
        "job_id": job.id,
        "token": job.token,
        "state": JobState(result.state).value,
        "outcome": result.outcome,
        "fraction": None if result.fraction is None else str(result.fraction),
        "evidence": result.evidence,
        "question_version_id": job.question_version_id,
        "scenario_version_id": job.scenario_version_id,
        "simulator_version": executed.simulator_version if executed else "",
        "seed": job.seed,
        "params_digest": job.params_digest,
        "trace_hashes": executed.trace_hashes if executed else {},
        "started_at": job.started_at.isoformat(),
        "submission_id": job.submission_id,
        "instance_question_id": job.instance_question_id,
        "variant_id": job.variant_id,
    }
