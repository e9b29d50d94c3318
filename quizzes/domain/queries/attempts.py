"""Attempts and what is in them, for whoever may see them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from quizzes.domain.errors import NotFoundError
from quizzes.enums import (
    OPEN_JOB_STATES,
    SPENT_JOB_STATES,
    InstanceState,
    JobState,
    QuestionState,
    Role,
    VariantState,
)
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    GradingJob,
    InstanceQuestion,
    Submission,
    Variant,
)
from quizzes.scoring import percent


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question of an attempt: what the navigator and the score need."""

    question: InstanceQuestion
    title: str
    tries_spent: int
    tries_allowed: int
    is_open: bool
    is_revealed: bool
    mark: Decimal | None


@dataclass(frozen=True, slots=True)
class Score:
    """Marks of an attempt: what is graded of what can be reached."""

    mark: Decimal
    max_mark: Decimal
    waiting: int

    @property
    def percent(self) -> Decimal:
        """The mark in percent of the maximum."""
        return percent(self.mark, self.max_mark)


@dataclass(frozen=True, slots=True)
class JobView:
    """Where a submission's grading is; ``position`` counts from 1 while queued."""

    state: JobState
    position: int | None
    failures: int
    is_final: bool


def visible_instances(user: Any) -> QuerySet[AssessmentInstance]:
    """The user's own attempts, and those in courses that the user instructs."""
    everything = AssessmentInstance.objects.select_related("assessment__course")
    if user.is_superuser:
        return everything
    taught = Q(
        assessment__course__enrolments__user=user,
        assessment__course__enrolments__role=Role.INSTRUCTOR,
    )
    return everything.filter(Q(user=user) | taught).distinct()


def instance_for(user: Any, uuid: UUID) -> AssessmentInstance:
    """The attempt; raises NotFoundError for whoever has no right to it."""
    everything = AssessmentInstance.objects.select_related("assessment__course")
    instance = everything.filter(uuid=uuid).first()
    if instance is None or not may_see(user, instance):
        raise NotFoundError("attempt")
    return instance


def variant_for(user: Any, uuid: UUID) -> Variant:
    """The variant with its question, version and attempt; NotFoundError as above."""
    variant = (
        Variant.objects.filter(uuid=uuid)
        .select_related(
            "instance_question__instance__assessment__course",
            "question_version__question",
            "scenario_version",
        )
        .defer("question_version__source", "scenario_version__source")
        .first()
    )
    if variant is None or not may_see(user, variant.instance_question.instance):
        raise NotFoundError("question")
    return variant


def submission_for(user: Any, uuid: UUID) -> Submission:
    """The submission with all that leads to it; NotFoundError as above."""
    submission = (
        Submission.objects.filter(uuid=uuid)
        .select_related(
            "variant__instance_question__instance__assessment__course",
            "variant__question_version__question",
            "variant__scenario_version",
        )
        .first()
    )
    if submission is None or not may_see(
        user, submission.variant.instance_question.instance
    ):
        raise NotFoundError("submission")
    return submission


def question_rows(instance: AssessmentInstance) -> list[QuestionRow]:
    """Every question of the attempt in order, in one query."""
    questions = _questions(instance=instance)
    return [
        _row(instance, question)
        for question in questions.select_related("variant__question_version").defer(
            "variant__question_version__source", "variant__question_version__spec"
        )
    ]


def rows_for(user: Any, uuid: UUID) -> list[QuestionRow]:
    """Every question of an attempt with the attempt and drafts, in one query.

    Fields that no page of a question shows are loaded when they are asked for.

    Raises NotFoundError as ``instance_for`` does, and for an attempt of no questions.
    """
    questions = list(
        _questions(instance__uuid=uuid)
        .select_related(
            "instance__assessment__course",
            "variant__question_version",
            "variant__draft",
        )
        .only(*_SHOWN)
    )
    if not questions or not may_see(user, questions[0].instance):
        raise NotFoundError("attempt")
    return [_row(question.instance, question) for question in questions]


def _questions(**where: Any) -> QuerySet[InstanceQuestion]:
    return (
        InstanceQuestion.objects.filter(**where)
        .annotate(spent=RawSQL(_SPENT, [list(SPENT_JOB_STATES)]))  # noqa: S611  no text
        .order_by("number")
    )


# A count by join would group by every column of the rows, and one by a plain subquery
# would read all jobs while the planner has no statistics: LIMIT leaves it no choice.
_SPENT = """(
    SELECT count(*) FROM quizzes_submission s, LATERAL (
        SELECT FROM quizzes_gradingjob
        WHERE submission_id = s.id AND state = ANY(%s) LIMIT 1
    ) AS spent
    WHERE s.variant_id = quizzes_variant.id
)"""
_SHOWN = (
    "number",
    "max_mark",
    "state",
    "fraction",
    "instance__uuid",
    "instance__user_id",
    "instance__number",
    "instance__state",
    "instance__closes_at",
    "instance__assessment__key",
    "instance__assessment__title",
    "instance__assessment__tries_per_question",
    "instance__assessment__course__key",
    "instance__assessment__course__title",
    "variant__uuid",
    "variant__params",
    "variant__presentation",
    "variant__scenario_version_id",
    "variant__state",
    "variant__question_version__title",
    "variant__draft__answer",
    "variant__draft__seq",
)


def question_row(variant: Variant) -> QuestionRow:
    """The row of one variant's question."""
    instance = variant.instance_question.instance
    rows = question_rows(instance)
    return next(row for row in rows if row.question.pk == variant.instance_question_id)


def score_of(rows: list[QuestionRow]) -> Score:
    """The attempt's marks so far."""
    waiting = {QuestionState.GRADING, QuestionState.NEEDS_GRADING}
    return Score(
        mark=sum((row.mark for row in rows if row.mark is not None), Decimal(0)),
        max_mark=sum((row.question.max_mark for row in rows), Decimal(0)),
        waiting=sum(row.question.state in waiting for row in rows),
    )


def own_instances(assessment: Assessment, *, user: Any) -> list[AssessmentInstance]:
    """The user's attempts at an assessment, newest first."""
    return list(
        AssessmentInstance.objects.filter(assessment=assessment, user=user).order_by(
            "-number"
        )
    )


def job_view(submission: Submission) -> JobView:
    """The state of the submission's newest job."""
    job = submission.jobs.order_by("-id").first()
    if job is None:
        raise NotFoundError("grading job")
    position = None
    if job.state == JobState.QUEUED:
        position = (
            1
            + GradingJob.objects.filter(
                lane=job.lane, state=JobState.QUEUED, id__lt=job.id
            ).count()
        )
    return JobView(
        state=JobState(job.state),
        position=position,
        failures=job.failures,
        is_final=job.state not in OPEN_JOB_STATES,
    )


def may_see(user: Any, instance: AssessmentInstance) -> bool:
    """True if the attempt is the user's own, or of a course that the user instructs."""
    if instance.user_id == user.pk:
        return True
    return visible_instances(user).filter(pk=instance.pk).exists()


def _row(instance: AssessmentInstance, question: Any) -> QuestionRow:
    allowed = instance.assessment.tries_per_question
    busy = question.state in {QuestionState.GRADING, QuestionState.NEEDS_GRADING}
    is_right = question.state == QuestionState.CORRECT
    used_up = question.spent >= allowed
    broken = question.variant.state == VariantState.BROKEN
    over = instance.state == InstanceState.FINISHED
    return QuestionRow(
        question=question,
        title=question.variant.question_version.title,
        tries_spent=question.spent,
        tries_allowed=allowed,
        is_open=not (over or busy or is_right or used_up or broken),
        is_revealed=not busy and (over or is_right or used_up),
        mark=None
        if question.fraction is None
        else question.fraction * question.max_mark,
    )
