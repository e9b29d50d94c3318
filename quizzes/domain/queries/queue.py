"""The queue's health, for staff: depths, ages, the dead, the law of conservation."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from quizzes.enums import JobState, Role
from quizzes.models import GradingJob, WorkerHeartbeat


@dataclass(frozen=True, slots=True)
class LaneDepth:
    """One lane: rows by state, and the age in seconds of the oldest queued row."""

    lane: str
    queued: int
    running: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Conservation:
    """Where every submission is; ``holds`` is the law that nothing is lost."""

    submitted: int
    graded: int
    ungradable: int
    dead: int
    open: int
    graded_twice: int

    @property
    def holds(self) -> bool:
        """True if the parts make the whole and nothing was graded twice."""
        parts = self.graded + self.ungradable + self.dead + self.open
        return self.submitted == parts and self.graded_twice == 0


_DEPTHS = """
SELECT lane, count(*) FILTER (WHERE state = 'queued'),
    count(*) FILTER (WHERE state = 'running'),
    COALESCE(EXTRACT(EPOCH FROM clock_timestamp()
        - min(queued_at) FILTER (WHERE state = 'queued')), 0)
FROM (
    SELECT lane, state, queued_at FROM quizzes_gradingjob
    WHERE state IN ('queued', 'running')
    UNION ALL
    SELECT lane, state, queued_at FROM quizzes_proof
    WHERE state IN ('queued', 'running')
    UNION ALL
    SELECT lane, state, queued_at FROM quizzes_observation
    WHERE state IN ('queued', 'running')
) AS open_rows GROUP BY lane ORDER BY lane
"""

# Each submission is where its newest job is.
_CONSERVATION = """
SELECT count(*), count(*) FILTER (WHERE state = 'graded'),
    count(*) FILTER (WHERE state IN ('invalid', 'broken', 'superseded')),
    count(*) FILTER (WHERE state = 'dead'),
    count(*) FILTER (WHERE state IN ('queued', 'running', 'needs_grading')),
    (SELECT count(*) FROM (
        SELECT submission_id FROM quizzes_gradeevent WHERE source = 'auto'
        GROUP BY submission_id HAVING count(*) > 1) AS doubled)
FROM (
    SELECT DISTINCT ON (s.id) s.id, j.state FROM quizzes_submission s
    LEFT JOIN quizzes_gradingjob j ON j.submission_id = s.id
    ORDER BY s.id, j.id DESC
) AS newest
"""


def queue_depths() -> list[LaneDepth]:
    """Every lane that has open rows."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPTHS)
        return [
            LaneDepth(lane, queued, running, float(age))
            for lane, queued, running, age in cursor.fetchall()
        ]


def conservation() -> Conservation:
    """Count every submission where it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_CONSERVATION)
        return Conservation(*cursor.fetchone())


def review_queue(user: Any) -> QuerySet[GradingJob]:
    """Answers that wait for a person, in courses the user instructs, oldest first."""
    return _of_taught_courses(user).filter(state=JobState.NEEDS_GRADING).order_by("id")


def dead_jobs(user: Any) -> QuerySet[GradingJob]:
    """Jobs that failed too often, in courses the user instructs, newest first."""
    return _of_taught_courses(user).filter(state=JobState.DEAD).order_by("-id")


def heartbeats() -> QuerySet[WorkerHeartbeat]:
    """Every worker that ever finished something, latest first."""
    return WorkerHeartbeat.objects.order_by("-seen_at")


def _of_taught_courses(user: Any) -> QuerySet[GradingJob]:
    jobs = GradingJob.objects.select_related(
        "submission__variant__question_version__question__course",
        "submission__variant__instance_question__instance__assessment",
    )
    if user.is_superuser:
        return jobs
    course = "submission__variant__question_version__question__course"
    taught = Q(
        **{
            f"{course}__enrolments__user": user,
            f"{course}__enrolments__role": Role.INSTRUCTOR,
        }
    )
    return jobs.filter(taught)
