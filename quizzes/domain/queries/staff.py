"""Single rows that staff work on, of courses that the person instructs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries.authored import own_courses
from quizzes.enums import JobState
from quizzes.models import GradingJob, Verdict

_COURSE = "submission__variant__instance_question__instance__assessment__course"


def review_job(user: Any, uuid: UUID) -> GradingJob:
    """A job that waits, or waited, for a person's grade; raises NotFoundError."""
    states = (JobState.NEEDS_GRADING, JobState.GRADED)
    job = _own_jobs(user).filter(uuid=uuid, state__in=states).first()
    if job is None:
        raise NotFoundError("answer that waits for a grade")
    return job


def dead_job(user: Any, uuid: UUID) -> GradingJob:
    """A job that is or was dead (its retry says which); raises NotFoundError."""
    job = _own_jobs(user).filter(uuid=uuid).first()
    if job is None:
        raise NotFoundError("grading job")
    return job


def own_verdict(user: Any, uuid: UUID) -> Verdict:
    """A verdict with all that its re-run needs; raises NotFoundError."""
    verdict = (
        Verdict.objects.select_related(
            "job__submission__variant__instance_question__instance__assessment__course",
            "job__submission__variant__instance_question__instance__user",
            "question_version__question",
            "scenario_version__scenario",
        )
        .filter(uuid=uuid, **{f"job__{_COURSE}__in": own_courses(user)})
        .first()
    )
    if verdict is None:
        raise NotFoundError("verdict")
    return verdict


def _own_jobs(user: Any) -> QuerySet[GradingJob]:
    return GradingJob.objects.select_related(
        "submission__variant__question_version__question__course",
        "submission__variant__instance_question__instance__assessment",
    ).filter(**{f"{_COURSE}__in": own_courses(user)})
