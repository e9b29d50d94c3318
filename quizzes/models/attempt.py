"""One learner's attempt: instance, questions, variants, drafts, submissions."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from quizzes.enums import InstanceState, QuestionState, VariantState
from quizzes.models.assessment import Assessment, Slot
from quizzes.models.bank import QuestionVersion, ScenarioVersion


class AssessmentInstance(models.Model):
    """A learner's numbered attempt at an assessment."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="instances"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="instances"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=InstanceState, default=InstanceState.IN_PROGRESS
    )
    opened_at = models.DateTimeField(db_default=Now())
    closes_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "user", "number"], name="instance_number"
            ),
            models.UniqueConstraint(
                fields=["assessment", "user"],
                condition=Q(state="in_progress"),
                name="one_instance_in_progress",
            ),
            models.CheckConstraint(
                condition=Q(state__in=InstanceState.values), name="instance_state"
            ),
            models.CheckConstraint(
                condition=Q(state="in_progress") | Q(finished_at__isnull=False),
                name="instance_finished_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"],
                condition=Q(state="in_progress", closes_at__isnull=False),
                name="overdue_instances",
            )
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.user_id}"


class InstanceQuestion(models.Model):
    """A slot realised for one learner; state and fraction follow the ledger."""

    instance = models.ForeignKey(
        AssessmentInstance, on_delete=models.PROTECT, related_name="questions"
    )
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    max_mark = models.DecimalField(max_digits=6, decimal_places=2)
    state = models.CharField(
        max_length=16, choices=QuestionState, default=QuestionState.TODO
    )
    # The best graded fraction, 0 to 1; None before the first grade.
    fraction = models.DecimalField(max_digits=6, decimal_places=5, null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "number"], name="instance_question_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=QuestionState.values),
                name="instance_question_state",
            ),
            models.CheckConstraint(
                condition=Q(fraction__isnull=True) | Q(fraction__range=(0, 1)),
                name="instance_question_fraction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id}.{self.number}"


class Variant(models.Model):
    """Question version + seed, frozen when it is made; a trigger keeps it so."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    instance_question = models.OneToOneField(
        InstanceQuestion, on_delete=models.PROTECT, related_name="variant"
    )
    question_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT)
    scenario_version = models.ForeignKey(
        ScenarioVersion, on_delete=models.PROTECT, null=True
    )
    seed = models.BigIntegerField()
    params = models.JSONField(default=dict)
    params_digest = models.CharField(max_length=64)
    # What the learner is shown: prompt and options in their order.
    presentation = models.JSONField()
    state = models.CharField(
        max_length=8, choices=VariantState, default=VariantState.OPEN
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=VariantState.values), name="variant_state"
            )
        ]

    def __str__(self) -> str:
        return f"variant {self.uuid}"


class Draft(models.Model):
    """Unsent work; the highest client sequence number wins."""

    variant = models.OneToOneField(
        Variant, on_delete=models.CASCADE, related_name="draft"
    )
    answer = models.JSONField(encoder=DjangoJSONEncoder)
    seq = models.PositiveBigIntegerField()
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"draft {self.seq} of {self.variant_id}"


class Submission(models.Model):
    """An answer as it was sent. A trigger forbids any change."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="submissions"
    )
    number = models.PositiveIntegerField()
    idempotency_key = models.CharField(max_length=100)
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "idempotency_key"], name="submission_idempotent"
            ),
            models.UniqueConstraint(
                fields=["variant", "number"], name="submission_number"
            ),
        ]

    def __str__(self) -> str:
        return f"submission {self.uuid}"
