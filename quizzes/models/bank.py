"""Questions and scenarios, their versions, and the proofs that let them out."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from quizzes.enums import Lane, ProofState, VersionState
from quizzes.models.course import Course, Objective


class Scenario(models.Model):
    key = models.SlugField(unique=True, max_length=80)

    def __str__(self) -> str:
        return self.key


class ScenarioVersion(models.Model):
    """One text of a scenario. A database trigger freezes a published one."""

    scenario = models.ForeignKey(
        Scenario, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=VersionState, default=VersionState.DRAFT
    )
    source = models.TextField(help_text="YAML")
    digest = models.CharField(max_length=64, editable=False)
    title = models.CharField(max_length=200, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["scenario", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "number"], name="scenario_version_number"
            ),
            models.UniqueConstraint(
                fields=["scenario"],
                condition=Q(state="draft"),
                name="scenario_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values),
                name="scenario_version_state",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="scenario_version_published_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario.key} v{self.number}"


class Question(models.Model):
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="questions"
    )
    key = models.SlugField(max_length=80)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["course", "key"], name="question_key")
        ]

    def __str__(self) -> str:
        return self.key


class QuestionVersion(models.Model):
    """One text of a question; triggers freeze a published one and ask for its proof."""

    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=VersionState, default=VersionState.DRAFT
    )
    source = models.TextField(help_text="YAML")
    # The parsed source (quizzes.specs.QuestionSpec as JSON) and its SHA-256.
    spec = models.JSONField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    type = models.CharField(max_length=40, editable=False)
    title = models.CharField(max_length=200, editable=False)
    scenario_version = models.ForeignKey(
        ScenarioVersion, on_delete=models.PROTECT, null=True, editable=False
    )
    objectives = models.ManyToManyField(Objective, editable=False)
    proof = models.ForeignKey(
        "Proof",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="published_versions",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="question_version_number"
            ),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(state="draft"),
                name="question_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values),
                name="question_version_state",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="question_version_published_at",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(scenario_version__isnull=True)
                | Q(proof__isnull=False),
                name="published_question_has_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.key} v{self.number}"


class LeasedJob(models.Model):
    """A row that is the queue: claimed with a lease and a token that rotates.

    Whoever claims it raises ``token``; a result is applied only while the token is
    the one it was claimed with. All times are the database's.
    """

    lane = models.CharField(max_length=12, choices=Lane)
    token = models.PositiveBigIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True, default="", db_default="")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    last_error = models.TextField(blank=True, default="", db_default="")
    available_at = models.DateTimeField(db_default=Now())
    next_ring_at = models.DateTimeField(null=True, blank=True)
    rings = models.PositiveSmallIntegerField(default=0, db_default=0)
    queued_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Proof(LeasedJob):
    """One evaluation of a question's claims over every variant."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question_version = models.ForeignKey(
        QuestionVersion, on_delete=models.CASCADE, related_name="proofs"
    )
    scenario_version = models.ForeignKey(ScenarioVersion, on_delete=models.CASCADE)
    # What was proved: a later edit of either text makes the proof stale.
    question_digest = models.CharField(max_length=64)
    scenario_digest = models.CharField(max_length=64)
    simulator_version = models.CharField(max_length=40)
    state = models.CharField(
        max_length=12, choices=ProofState, default=ProofState.QUEUED
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # [{"seed": 0, "params": {...}, "row": {"a": true, ...}}, ...]
    matrix = models.JSONField(default=list)
    # [{"kind": ..., "seed": ..., "params": ..., "option": ..., "message": ...,
    #   "events": [...]}, ...]
    counterexamples = models.JSONField(default=list)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ProofState.values), name="proof_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="running_proof_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="proof_done_within_total"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "available_at"],
                condition=Q(state__in=("queued", "running")),
                name="open_proofs",
            )
        ]

    def __str__(self) -> str:
        return f"proof of {self.question_version_id}: {self.state}"
