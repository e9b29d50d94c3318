"""Submitting: one transaction, idempotent, decided by the database's clock."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from quizzes import wakeups
from quizzes.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from quizzes.domain.judging import spec_of
from quizzes.domain.pipelining import one_journey
from quizzes.enums import (
    SPENT_JOB_STATES,
    InstanceState,
    JobState,
    Lane,
    QuestionState,
    VariantState,
)
from quizzes.models import (
    AssessmentInstance,
    Draft,
    GradingJob,
    Submission,
    Variant,
)
from quizzes.question_types.base import InvalidAnswerError, Presentation
from quizzes.question_types.registry import question_type

# A request that arrived in time may wait this long for its lock.
GRACE = timedelta(seconds=5)
MAX_KEY_LENGTH = 100

# The attempt, then the question: every verb locks in this order.
_LOCK = """
SELECT q.state, v.state, i.state, i.closes_at, a.tries_per_question
FROM quizzes_instancequestion q
JOIN quizzes_variant v ON v.instance_question_id = q.id
JOIN quizzes_assessmentinstance i ON i.id = q.instance_id
JOIN quizzes_assessment a ON a.id = i.assessment_id
WHERE q.id = %(question)s FOR NO KEY UPDATE OF i, q
"""

# LIMIT keeps a planner that knows nothing of a young table from reading all jobs.
_PAST = """
SELECT max(s.id) FILTER (WHERE s.idempotency_key = %(key)s), COALESCE(max(s.number), 0),
    count(job.id), clock_timestamp()
FROM quizzes_submission s LEFT JOIN LATERAL (
    SELECT id FROM quizzes_gradingjob
    WHERE submission_id = s.id AND state = ANY(%(spent)s) LIMIT 1
) AS job ON true
WHERE s.variant_id = %(variant)s
"""

# The submission, its job and the question's new state: one journey to the database.
_INSERT = """
WITH question AS (
    UPDATE quizzes_instancequestion SET state = 'grading' WHERE id = %(question)s
), submission AS (
    INSERT INTO quizzes_submission (uuid, variant_id, number, idempotency_key, answer,
        received_at)
    VALUES (%(uuid)s, %(variant)s, %(number)s, %(key)s, %(answer)s, %(received_at)s)
    RETURNING id
)
INSERT INTO quizzes_gradingjob (uuid, submission_id, lane, state)
SELECT gen_random_uuid(), id, 'interactive', 'queued' FROM submission
RETURNING submission_id
"""


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The submission under this key; ``created`` is False for a repeated request."""

    submission: Submission
    created: bool


@dataclass(frozen=True, slots=True)
class _Locked:
    """What decides whether an answer is taken, read with the lock in hand."""

    state: str
    variant_state: str
    instance_state: str
    closes_at: datetime | None
    tries_allowed: int


@dataclass(frozen=True, slots=True)
class _Past:
    """What was submitted to this variant before."""

    known: int | None  # the submission that has this key already
    last_number: int
    tries_spent: int
    now: datetime


def submit_answer(
    variant: Variant,
    *,
    user: Any,
    raw: dict[str, Any],
    idempotency_key: str,
    waited: timedelta = timedelta(0),
) -> SubmitResult:
    """Store the answer and queue its grading, at most once per key.

    ``raw`` is what the learner sent: ``{"chosen": [...]}`` or ``{"text": ...}``.
    ``waited`` is how long ago the request arrived: a busy server is not the learner's
    delay, so it is taken off, up to ``GRACE``.
    Raises NotAllowedError (``not_yours``), InvalidInputError (``invalid_answer`` and
    its kinds, ``invalid_idempotency_key``), ConflictError (``closed``,
    ``no_tries_left``, ``grading_in_progress``, ``question_broken``,
    ``idempotency_mismatch``).
    """
    began = time.monotonic()
    if variant.instance_question.instance.user_id != user.pk:
        raise NotAllowedError("not_yours", "Only the learner of this attempt answers.")
    _check_key(idempotency_key)
    answer = parse_answer(variant, raw)
    with connection.cursor() as cursor:
        with one_journey(), transaction.atomic():
            locked, past = _lock_and_look(variant, idempotency_key)
            if past.known is not None:
                return _repeated(variant.submissions.get(pk=past.known), answer)
            waited += timedelta(seconds=time.monotonic() - began)
            received_at = past.now - min(waited, GRACE)
            _check_open(locked, past, received_at)
            if past.last_number > past.tries_spent:
                _supersede_dead(variant)
            submission = Submission(
                variant=variant,
                number=past.last_number + 1,
                idempotency_key=idempotency_key,
                answer=answer,
                received_at=received_at,
            )
            _insert(cursor, submission)
            wakeups.ring_on_commit(Lane.INTERACTIVE)
        (submission.pk,) = cursor.fetchone()
    submission._state.adding = False  # noqa: SLF001  a row now, as after create()
    return SubmitResult(submission=submission, created=True)


def parse_answer(variant: Variant, raw: dict[str, Any]) -> dict[str, Any]:
    """The answer in the form in which it is graded; raises InvalidInputError."""
    spec = spec_of(variant.question_version_id)
    presentation = Presentation.from_json(variant.presentation)
    try:
        return question_type(spec.type).parse_answer(spec, presentation, raw)
    except InvalidAnswerError as error:
        raise InvalidInputError(error.code, error.message) from error


def submit_drafts(instance: AssessmentInstance, *, received_at: datetime) -> int:
    """Turn the valid drafts of untouched questions into submissions; their number.

    Called with the instance locked, when an attempt ends. A draft that is no valid
    answer stays a draft: it costs nothing and is not lost.
    """
    drafts = Draft.objects.filter(
        variant__instance_question__instance=instance,
        variant__instance_question__state=QuestionState.SAVED,
        variant__state=VariantState.OPEN,
        variant__submissions__isnull=True,
    ).select_related("variant")
    count = 0
    for draft in drafts:
        try:
            answer = parse_answer(draft.variant, draft.answer)
        except InvalidInputError:
            continue
        submission = Submission(
            variant=draft.variant,
            number=1,
            idempotency_key=f"at-finish-{draft.variant.uuid}",
            answer=answer,
            received_at=received_at,
        )
        with connection.cursor() as cursor:
            _insert(cursor, submission)
        count += 1
    if count:
        wakeups.ring_on_commit(Lane.INTERACTIVE)
    return count


def tries_spent(variant: Variant) -> int:
    """How many tries the learner's own answers have used."""
    with connection.cursor() as cursor:
        cursor.execute(_PAST, _past_of(variant, ""))
        return _Past(*cursor.fetchone()).tries_spent


def _check_key(key: str) -> None:
    if not key or len(key) > MAX_KEY_LENGTH or not key.isprintable():
        raise InvalidInputError(
            "invalid_idempotency_key",
            f"The idempotency key is 1 to {MAX_KEY_LENGTH} printable characters.",
        )


def _lock_and_look(variant: Variant, key: str) -> tuple[_Locked, _Past]:
    """Lock, then look back in a statement of its own: it sees all that is committed."""
    with connection.cursor() as locking, connection.cursor() as looking:
        locking.execute(_LOCK, {"question": variant.instance_question_id})
        looking.execute(_PAST, _past_of(variant, key))
        return _Locked(*locking.fetchone()), _Past(*looking.fetchone())


def _past_of(variant: Variant, key: str) -> dict[str, Any]:
    return {"variant": variant.pk, "key": key, "spent": list(SPENT_JOB_STATES)}


def _repeated(known: Submission, answer: dict[str, Any]) -> SubmitResult:
    if known.answer != answer:
        raise ConflictError(
            "idempotency_mismatch",
            "This idempotency key was used with another answer: take a new key.",
        )
    return SubmitResult(submission=known, created=False)


def check_in_progress(
    state: str, closes_at: datetime | None, *, received_at: datetime, now: datetime
) -> None:
    """Raise ConflictError (``closed``) unless a request that arrived then is in time.

    ``state`` and ``closes_at`` are the attempt's, read with its lock in hand, and
    ``now`` is after that: who arrived in time may have waited for the lock.
    """
    if state != InstanceState.IN_PROGRESS:
        raise ConflictError("closed", "This attempt is finished.")
    if closes_at is not None and (received_at > closes_at or now > closes_at + GRACE):
        raise ConflictError("closed", "The time for this attempt is over.")


def _check_open(locked: _Locked, past: _Past, received_at: datetime) -> None:
    check_in_progress(
        locked.instance_state, locked.closes_at, received_at=received_at, now=past.now
    )
    if locked.variant_state == VariantState.BROKEN:
        raise ConflictError(
            "question_broken", "This question is broken; its author has been told."
        )
    if locked.state in {QuestionState.GRADING, QuestionState.NEEDS_GRADING}:
        raise ConflictError(
            "grading_in_progress", "Your last answer is still being graded."
        )
    if locked.state == QuestionState.CORRECT:
        raise ConflictError("no_tries_left", "This question is answered correctly.")
    if past.tries_spent >= locked.tries_allowed:
        raise ConflictError(
            "no_tries_left",
            f"All tries at this question are used ({locked.tries_allowed}).",
        )


def _supersede_dead(variant: Variant) -> None:
    """An answer that the platform failed to grade gives way to the newer one."""
    GradingJob.objects.filter(submission__variant=variant, state=JobState.DEAD).update(
        state=JobState.SUPERSEDED
    )


def _insert(cursor: Any, submission: Submission) -> None:
    """Write the submission and its job; what is fetched then is its id."""
    cursor.execute(
        _INSERT,
        {
            "uuid": submission.uuid,
            "variant": submission.variant_id,
            "number": submission.number,
            "key": submission.idempotency_key,
            "answer": json.dumps(submission.answer),
            "received_at": submission.received_at,
            "question": submission.variant.instance_question_id,
        },
    )
