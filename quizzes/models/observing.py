"""What real kernels showed of a variant, and the workers that can look."""

import uuid

from django.db import models
from django.db.models import Q

from quizzes.enums import LiveQueue, ObservationState
from quizzes.models.bank import LeasedJob, ScenarioVersion


class Observation(LeasedJob):
    """One variant, carried out on a worker's own kernel as far as that goes.

    Evidence beside the model's runs: no grade depends on it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lane = models.CharField(max_length=20, choices=LiveQueue)
    scenario_version = models.ForeignKey(ScenarioVersion, on_delete=models.CASCADE)
    scenario_digest = models.CharField(max_length=64)
    params = models.JSONField()
    params_digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=12, choices=ObservationState, default=ObservationState.QUEUED
    )
    kernel = models.CharField(max_length=120, blank=True, default="")
    # By name: "model" and "live" (true, false; live also null) and, if null, "reason".
    claims = models.JSONField(default=dict)
    # zlib of {"runs": {arm: simulator.Run.to_json()}, "reasons": {arm: "why not"}}
    document = models.BinaryField(default=b"")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ObservationState.values), name="observation_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="running_observation_has_lease",
            ),
            models.UniqueConstraint(
                fields=["scenario_version", "params_digest"],
                condition=Q(state__in=("queued", "running")),
                name="one_open_observation_per_variant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "id"],
                condition=Q(state="queued"),
                name="queued_observations",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state="running"),
                name="running_observations",
            ),
            models.Index(
                fields=["scenario_version", "params_digest", "-id"],
                name="observations_of_a_variant",
            ),
        ]

    def __str__(self) -> str:
        return f"observation {self.id}: {self.state}"


class LiveWorker(models.Model):
    """A worker that was started for live queues, and what its kernel lets it do."""

    worker = models.CharField(max_length=120, unique=True)
    # simulator.live.capabilities.Report as JSON
    report = models.JSONField()
    # Those of its queues that the report allows; it takes nothing from others.
    queues = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["worker"]

    def __str__(self) -> str:
        return f"{self.worker} at {self.seen_at}"
