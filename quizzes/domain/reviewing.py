"""Grading by a person: points for each item of the rubric, with a reason."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from quizzes.domain.ledger import hold_ledger
from quizzes.domain.notifying import notify
from quizzes.enums import GradeSource, JobState, Outcome, QuestionState, ScorePolicy
from quizzes.models import GradeEvent, GradingJob, InstanceQuestion, Verdict
from quizzes.rules import can_grade
from quizzes.scoring import ScoringError, rubric_fraction
from quizzes.specs import FreeResponseBody, QuestionSpec

_STATES = {
    Outcome.CORRECT: QuestionState.CORRECT,
    Outcome.PARTIAL: QuestionState.PARTIAL,
    Outcome.INCORRECT: QuestionState.INCORRECT,
}


def grade_manually(
    job: GradingJob, *, grader: Any, points: Mapping[str, Decimal], reason: str
) -> GradeEvent:
    """Grade an answer that waits for a person; the event of the ledger.

    ``points`` maps every rubric item's key to 0..its maximum. Raises NotAllowedError
    (``not_a_grader``), InvalidInputError (``invalid_points``, ``reason_required``),
    ConflictError (``already_graded``).
    """
    course = job.submission.variant.question_version.question.course
    if not can_grade(grader, course):
        raise NotAllowedError("not_a_grader", "Only instructors of the course grade.")
    if not reason.strip():
        raise InvalidInputError("reason_required", "Say why you graded so.")
    fraction = _fraction(job, points)
    with transaction.atomic():
        hold_ledger()
        locked = GradingJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        if locked.state != JobState.NEEDS_GRADING:
            raise ConflictError(
                "already_graded", "Somebody has graded this answer in the meantime."
            )
        verdict = _insert_verdict(job, locked.token, fraction, points, grader)
        locked.state = JobState.GRADED
        locked.finished_at = database_now()
        locked.save(update_fields=["state", "finished_at"])
        _move_question(job, fraction)
        event = GradeEvent.objects.create(
            instance_question=job.submission.variant.instance_question,
            submission=job.submission,
            verdict=verdict,
            source=GradeSource.MANUAL,
            fraction=fraction,
            actor=grader,
            reason=reason.strip(),
        )
        notify("job", [job.submission.uuid])
    return event


def _fraction(job: GradingJob, points: Mapping[str, Decimal]) -> Decimal:
    spec = QuestionSpec.from_json(job.submission.variant.question_version.spec)
    if not isinstance(spec.body, FreeResponseBody):
        raise ConflictError("not_manual", "A run grades this question, not a person.")
    missing = [item.key for item in spec.body.rubric if item.key not in points]
    if missing:
        raise InvalidInputError(
            "invalid_points", f"Points are missing for: {', '.join(missing)}."
        )
    try:
        return rubric_fraction(spec.body, points)
    except ScoringError as error:
        raise InvalidInputError("invalid_points", str(error)) from error


def _insert_verdict(
    job: GradingJob,
    token: int,
    fraction: Decimal,
    points: Mapping[str, Decimal],
    grader: Any,
) -> Verdict:
    variant = job.submission.variant
    return Verdict.objects.create(
        job=job,
        token=token,
        outcome=_outcome(fraction),
        fraction=fraction,
        evidence={"points": {key: str(value) for key, value in points.items()}},
        question_version=variant.question_version,
        scenario_version=variant.scenario_version,
        seed=variant.seed,
        params_digest=variant.params_digest,
        worker=f"person {grader.pk}",
    )


def _outcome(fraction: Decimal) -> Outcome:
    if fraction == 1:
        return Outcome.CORRECT
    return Outcome.INCORRECT if fraction == 0 else Outcome.PARTIAL


def _move_question(job: GradingJob, fraction: Decimal) -> None:
    """Let the new grade count as the assessment's policy says."""
    question = (
        InstanceQuestion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instance__assessment")
        .get(pk=job.submission.variant.instance_question_id)
    )
    if question.instance.assessment.score_policy == ScorePolicy.BEST:
        fraction = max(fraction, question.fraction or fraction)
    question.fraction = fraction
    question.state = _STATES[_outcome(fraction)]
    question.save(update_fields=["fraction", "state"])
