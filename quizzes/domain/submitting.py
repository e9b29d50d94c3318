"""Submitting: one transaction, idempotent, decided by the database's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from quizzes import wakeups
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, InvalidInputError, NotAllowedError
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
    InstanceQuestion,
    Submission,
    Variant,
)
from quizzes.question_types.base import InvalidAnswerError, Presentation
from quizzes.question_types.registry import question_type
from quizzes.specs import QuestionSpec

# A request that arrived in time may wait this long for its lock.
GRACE = timedelta(seconds=5)
MAX_KEY_LENGTH = 100


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The submission under this key; ``created`` is False for a repeated request."""

    submission: Submission
    created: bool


def submit_answer(
    variant: Variant, *, user: Any, raw: dict[str, Any], idempotency_key: str
) -> SubmitResult:
    """Store the answer and queue its grading, at most once per key.

    ``raw`` is what the learner sent: ``{"chosen": [...]}`` or ``{"text": ...}``.
    Raises NotAllowedError (``not_yours``), InvalidInputError (``invalid_answer`` and
    its kinds, ``invalid_idempotency_key``), ConflictError (``closed``,
    ``no_tries_left``, ``grading_in_progress``, ``question_broken``,
    ``idempotency_mismatch``).
    """
    received_at = database_now()
    if variant.instance_question.instance.user_id != user.pk:
        raise NotAllowedError("not_yours", "Only the learner of this attempt answers.")
    _check_key(idempotency_key)
    answer = parse_answer(variant, raw)
    with transaction.atomic():
        question = _lock(variant)
        known = variant.submissions.filter(idempotency_key=idempotency_key).first()
        if known is not None:
            return _repeated(known, answer)
        _check_open(question, variant, received_at)
        submission = _insert(question, variant, answer, idempotency_key, received_at)
        wakeups.ring_on_commit(Lane.INTERACTIVE)
    return SubmitResult(submission=submission, created=True)


def parse_answer(variant: Variant, raw: dict[str, Any]) -> dict[str, Any]:
    """The answer in the form in which it is graded; raises InvalidInputError."""
    spec = QuestionSpec.from_json(variant.question_version.spec)
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
    ).select_related("variant__question_version", "variant__instance_question")
    count = 0
    for draft in drafts:
        try:
            answer = parse_answer(draft.variant, draft.answer)
        except InvalidInputError:
            continue
        question = draft.variant.instance_question
        key = f"at-finish-{draft.variant.uuid}"
        _insert(question, draft.variant, answer, key, received_at)
        count += 1
    if count:
        wakeups.ring_on_commit(Lane.INTERACTIVE)
    return count


def tries_spent(variant: Variant) -> int:
    """How many tries the learner's own answers have used."""
    return variant.submissions.filter(jobs__state__in=SPENT_JOB_STATES).count()


def _check_key(key: str) -> None:
    if not key or len(key) > MAX_KEY_LENGTH or not key.isprintable():
        raise InvalidInputError(
            "invalid_idempotency_key",
            f"The idempotency key is 1 to {MAX_KEY_LENGTH} printable characters.",
        )


def _lock(variant: Variant) -> InstanceQuestion:
    """Lock the attempt, then the question: every verb locks in this order."""
    AssessmentInstance.objects.select_for_update(no_key=True).get(
        pk=variant.instance_question.instance_id
    )
    return (
        InstanceQuestion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instance__assessment")
        .get(pk=variant.instance_question_id)
    )


def _repeated(known: Submission, answer: dict[str, Any]) -> SubmitResult:
    if known.answer != answer:
        raise ConflictError(
            "idempotency_mismatch",
            "This idempotency key was used with another answer: take a new key.",
        )
    return SubmitResult(submission=known, created=False)


def _check_open(
    question: InstanceQuestion, variant: Variant, received_at: datetime
) -> None:
    instance = question.instance
    if instance.state != InstanceState.IN_PROGRESS:
        raise ConflictError("closed", "This attempt is finished.")
    if instance.closes_at is not None and (
        received_at > instance.closes_at or database_now() > instance.closes_at + GRACE
    ):
        raise ConflictError("closed", "The time for this attempt is over.")
    if variant.state == VariantState.BROKEN:
        raise ConflictError(
            "question_broken", "This question is broken; its author has been told."
        )
    if question.state in {QuestionState.GRADING, QuestionState.NEEDS_GRADING}:
        raise ConflictError(
            "grading_in_progress", "Your last answer is still being graded."
        )
    if question.state == QuestionState.CORRECT:
        raise ConflictError("no_tries_left", "This question is answered correctly.")
    allowed = instance.assessment.tries_per_question
    if tries_spent(variant) >= allowed:
        raise ConflictError(
            "no_tries_left", f"All tries at this question are used ({allowed})."
        )


def _insert(
    question: InstanceQuestion,
    variant: Variant,
    answer: dict[str, Any],
    key: str,
    received_at: datetime,
) -> Submission:
    last = variant.submissions.aggregate(last=Max("number"))["last"] or 0
    submission = Submission.objects.create(
        variant=variant,
        number=last + 1,
        idempotency_key=key,
        answer=answer,
        received_at=received_at,
    )
    GradingJob.objects.create(
        submission=submission, lane=Lane.INTERACTIVE, state=JobState.QUEUED
    )
    question.state = QuestionState.GRADING
    question.save(update_fields=["state"])
    return submission
