"""Dead jobs: staff send them round again with one click."""

from typing import Any

from django.db import transaction

from quizzes import wakeups
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.notifying import notify
from quizzes.enums import JobState, QuestionState
from quizzes.models import AssessmentInstance, GradingJob, InstanceQuestion
from quizzes.rules import can_grade


def retry_dead_job(job: GradingJob, *, user: Any) -> GradingJob:
    """Queue a dead job again with a clean count of failures.

    Raises NotAllowedError (``not_a_grader``), ConflictError (``not_dead``,
    ``answered_again``: the learner has a newer answer, which counts instead).
    """
    variant = job.submission.variant
    if not can_grade(user, variant.question_version.question.course):
        raise NotAllowedError("not_a_grader", "Only instructors of the course retry.")
    with transaction.atomic():
        # No answer comes in while the attempt is locked; the job before the question,
        # as everybody does who grades.
        AssessmentInstance.objects.select_for_update(no_key=True).get(
            pk=variant.instance_question.instance_id
        )
        locked = GradingJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        if locked.state == JobState.SUPERSEDED:
            raise ConflictError(
                "answered_again", "The learner has answered again: that counts now."
            )
        if locked.state != JobState.DEAD:
            raise ConflictError("not_dead", "This job is not dead any more.")
        locked.state = JobState.QUEUED
        locked.failures = 0
        locked.rings = 0
        locked.next_ring_at = None
        locked.finished_at = None
        locked.queued_at = locked.available_at = database_now()
        locked.save()
        InstanceQuestion.objects.filter(pk=variant.instance_question_id).update(
            state=QuestionState.GRADING
        )
        notify("job", [job.submission.uuid])
        wakeups.ring_on_commit(locked.lane)
    return locked
