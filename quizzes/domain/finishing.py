"""Ending an attempt, by its learner or by the clock."""

from typing import Any

from django.db import transaction

from quizzes.domain.clock import database_now
from quizzes.domain.errors import NotAllowedError
from quizzes.domain.submitting import submit_drafts
from quizzes.enums import InstanceState
from quizzes.models import AssessmentInstance


def finish_instance(instance: AssessmentInstance, *, user: Any) -> AssessmentInstance:
    """End the attempt; valid drafts of unanswered questions are handed in.

    Finishing twice is the same as once. Raises NotAllowedError (``not_yours``).
    """
    if instance.user_id != user.pk:
        raise NotAllowedError("not_yours", "Only the learner of this attempt ends it.")
    with transaction.atomic():
        return _finish(instance.pk)


def finish_overdue(instance_id: int) -> AssessmentInstance:
    """End an attempt whose time is over; called by the sweeper in a transaction."""
    return _finish(instance_id)


def _finish(instance_id: int) -> AssessmentInstance:
    instance = AssessmentInstance.objects.select_for_update(no_key=True).get(
        pk=instance_id
    )
    if instance.state == InstanceState.FINISHED:
        return instance
    now = database_now()
    received_at = min(now, instance.closes_at) if instance.closes_at else now
    submit_drafts(instance, received_at=received_at)
    instance.state = InstanceState.FINISHED
    instance.finished_at = received_at
    instance.save(update_fields=["state", "finished_at"])
    return instance
