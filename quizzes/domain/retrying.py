"""Dead jobs: staff send them round again with one click."""

from typing import Any

from django.db import transaction

from quizzes import wakeups
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.notifying import notify
from quizzes.enums import InstanceState, JobState, QuestionState
from quizzes.models import AssessmentInstance, GradingJob, InstanceQuestion
from quizzes.rules import can_grade


def retry_dead_job(job: GradingJob, *, user: Any) -> GradingJob:
    """Queue a dead job again with a clean count of failures.

    Raises NotAllowedError (``not_a_grader``), ConflictError (``not_dead``,
    ``answered_again``: the learner has a newer answer under way).
    """
    variant = job.submission.variant
    if not can_grade(user, variant.question_version.question.course):
        raise NotAllowedError("not_a_grader", "Only instructors of the course retry.")
    with transaction.atomic():
        question = _lock_question(variant.instance_question_id)
        locked = GradingJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        if locked.state != JobState.DEAD:
            raise ConflictError("not_dead", "This job is not dead any more.")
        if question.state in {QuestionState.GRADING, QuestionState.NEEDS_GRADING}:
            raise ConflictError(
                "answered_again", "The learner has answered again: that is graded now."
            )
        locked.state = JobState.QUEUED
        locked.failures = 0
        locked.rings = 0
        locked.next_ring_at = None
        locked.finished_at = None
        locked.queued_at = locked.available_at = database_now()
        locked.save()
        question.state = QuestionState.GRADING
        question.save(update_fields=["state"])
        notify("job", [job.submission.uuid])
        wakeups.ring_on_commit(locked.lane)
    return locked


def _lock_question(question_id: int) -> InstanceQuestion:
    question = InstanceQuestion.objects.select_related("instance").get(pk=question_id)
    AssessmentInstance.objects.select_for_update(no_key=True).get(
        pk=question.instance_id, state__in=InstanceState.values
    )
    return InstanceQuestion.objects.select_for_update(no_key=True).get(pk=question_id)
