"""The platform's own failures: counted, retried with back-off, never charged."""

from collections.abc import Sequence

from django.db import connection

from quizzes.domain.claiming import MAX_FAILURES
from quizzes.domain.notifying import notify

# A job rests 2, 4, 8 ... seconds; its token moves on, so a late result is fenced.
_FAIL = """
UPDATE quizzes_gradingjob
SET failures = failures + 1, token = token + 1, lease_until = NULL,
    last_error = %(error)s, rings = 0, next_ring_at = NULL,
    state = CASE WHEN failures + 1 >= %(max)s THEN 'dead' ELSE 'queued' END,
    finished_at = CASE WHEN failures + 1 >= %(max)s THEN clock_timestamp() END,
    available_at = clock_timestamp() + make_interval(secs => power(2, failures + 1))
WHERE id = ANY(%(ids)s) AND state = 'running'
    AND (%(token)s::bigint IS NULL OR token = %(token)s)
RETURNING id, submission_id, state
"""

# A question whose grading ended without a grade goes back to what it was before.
_RELEASE = """
UPDATE quizzes_instancequestion q
SET state = CASE WHEN q.fraction IS NULL THEN 'saved' WHEN q.fraction = 1
    THEN 'correct' WHEN q.fraction = 0 THEN 'incorrect' ELSE 'partial' END
FROM quizzes_submission s JOIN quizzes_variant v ON v.id = s.variant_id
WHERE s.id = ANY(%s) AND q.id = v.instance_question_id
    AND q.state IN ('grading', 'needs_grading')
"""


def fail_jobs(ids: Sequence[int], *, error: str, token: int | None = None) -> list[int]:
    """Count a failure of running jobs; the ids of those that are dead now.

    With ``token`` only a job that still has this token is touched. Call it in a
    transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FAIL,
            {
                "ids": list(ids),
                "error": error[:2000],
                "max": MAX_FAILURES,
                "token": token,
            },
        )
        rows = cursor.fetchall()
        dead = [job_id for job_id, _, state in rows if state == "dead"]
        release_questions(
            [submission for _, submission, state in rows if state == "dead"]
        )
        cursor.execute(
            "SELECT uuid FROM quizzes_submission WHERE id = ANY(%s)",
            [[submission for _, submission, _ in rows]],
        )
        notify("job", [uuid for (uuid,) in cursor.fetchall()])
    return dead


def release_questions(submission_ids: Sequence[int]) -> None:
    """Let the learner answer again: these submissions ended without a grade."""
    if not submission_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [list(submission_ids)])
