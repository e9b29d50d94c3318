"""The queue of record, the runs, the verdicts and the ledger of grades."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from quizzes.enums import GradeSource, JobState, Outcome
from quizzes.models.attempt import InstanceQuestion, Submission
from quizzes.models.bank import LeasedJob, QuestionVersion, ScenarioVersion


class GradingJob(LeasedJob):
    """One execution of grading for a submission; the row is the queue."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="jobs"
    )
    state = models.CharField(max_length=16, choices=JobState, default=JobState.QUEUED)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=JobState.values), name="grading_job_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="running_job_has_lease",
            ),
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(state__in=("queued", "running")),
                name="one_open_job_per_submission",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "id"],
                condition=Q(state="queued"),
                name="queued_jobs",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state="running"),
                name="running_jobs",
            ),
        ]

    def __str__(self) -> str:
        return f"grading job {self.id}: {self.state}"


class Run(models.Model):
    """One arm of a scenario, executed; named by what went in and what came out."""

    scenario_version = models.ForeignKey(ScenarioVersion, on_delete=models.PROTECT)
    simulator_version = models.CharField(max_length=40)
    params_digest = models.CharField(max_length=64)
    arm = models.CharField(max_length=80)
    trace_hash = models.CharField(max_length=64)
    # zlib of the run's JSON (simulator.Run.to_json).
    document = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "scenario_version",
                    "params_digest",
                    "arm",
                    "simulator_version",
                ],
                name="run_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.arm} {self.trace_hash[:12]}"


class Verdict(models.Model):
    """What an execution found, with its provenance; append-only.

    ``is_superseded``: its job's token had moved on, so it is kept and not applied.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    job = models.ForeignKey(
        GradingJob, on_delete=models.PROTECT, related_name="verdicts"
    )
    token = models.PositiveBigIntegerField()
    is_superseded = models.BooleanField(default=False, db_default=False)
    outcome = models.CharField(max_length=12, choices=Outcome)
    fraction = models.DecimalField(max_digits=6, decimal_places=5, null=True)
    # {"options": {"a": true, ...}, "chosen": [...], "claims": {name: {"holds": ...,
    #  "deciding": [[arm, seq], ...]}}} or {"points": {...}} for a person's verdict
    evidence = models.JSONField(default=dict)
    question_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT)
    scenario_version = models.ForeignKey(
        ScenarioVersion, on_delete=models.PROTECT, null=True
    )
    simulator_version = models.CharField(max_length=40, blank=True)
    seed = models.BigIntegerField()
    params_digest = models.CharField(max_length=64)
    trace_hashes = models.JSONField(default=dict)
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["job"],
                condition=Q(is_superseded=False),
                name="one_applied_verdict_per_job",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="verdict_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"verdict {self.outcome}"


class GradeEvent(models.Model):
    """The ledger: every change of a grade, append-only, in the order of its id."""

    instance_question = models.ForeignKey(
        InstanceQuestion, on_delete=models.PROTECT, related_name="grade_events"
    )
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True)
    verdict = models.OneToOneField(Verdict, on_delete=models.PROTECT, null=True)
    source = models.CharField(max_length=12, choices=GradeSource)
    fraction = models.DecimalField(max_digits=6, decimal_places=5)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True
    )
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=GradeSource.values), name="grade_event_source"
            ),
            models.CheckConstraint(
                condition=Q(source="auto") | Q(actor__isnull=False),
                name="grade_event_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.fraction}"


class WorkerHeartbeat(models.Model):
    """When a worker process last finished something, by lane."""

    worker = models.CharField(max_length=120, unique=True)
    lane = models.CharField(max_length=12)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.worker} at {self.seen_at}"
