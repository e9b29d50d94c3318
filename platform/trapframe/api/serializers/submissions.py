"""Submissions: where their grading is, and the evidence that may be seen now."""

from typing import Any

from rest_framework import serializers

from quizzes.enums import JobState, ObservationState, Outcome
from trapframe.api.serializers.attempts import AnswerReadSerializer
from trapframe.api.serializers.examples import UUID, response_example


class JobSerializer(serializers.Serializer[Any]):
    """Where the grading is; poll again after the header Retry-After until final."""

    state = serializers.ChoiceField(choices=JobState.choices)
    position = serializers.IntegerField(
        allow_null=True, help_text="Place in the queue, from 1; null when not queued."
    )
    is_final = serializers.BooleanField()


class EvidenceRowSerializer(serializers.Serializer[Any]):
    """One event of a run."""

    seq = serializers.IntegerField()
    time = serializers.FloatField(help_text="Virtual time in seconds.")
    actor = serializers.CharField()
    action = serializers.CharField()
    outcome = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    is_deciding = serializers.BooleanField(help_text="The claim stands on this event.")


class EvidencePanelSerializer(serializers.Serializer[Any]):
    """The run of one arm, as far as it decides about one option."""

    option_key = serializers.CharField()
    claim_text = serializers.CharField(allow_blank=True)
    holds = serializers.BooleanField()
    arm = serializers.CharField()
    arm_label = serializers.CharField()
    rows = EvidenceRowSerializer(many=True)
    topology_svg = serializers.CharField()
    trace_hash = serializers.CharField()


class ObservedArmSerializer(serializers.Serializer[Any]):
    """One arm on a real kernel: its events, or why there are none."""

    arm = serializers.CharField()
    arm_label = serializers.CharField()
    rows = EvidenceRowSerializer(many=True)
    reason = serializers.CharField(allow_blank=True)


class ObservedClaimSerializer(serializers.Serializer[Any]):
    """A claim judged by the model and by a kernel."""

    option_key = serializers.CharField()
    claim_text = serializers.CharField(allow_blank=True)
    simulated = serializers.BooleanField(help_text="What the model says.")
    observed = serializers.BooleanField(
        allow_null=True, help_text="What the kernel shows; null where it cannot tell."
    )
    agrees = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField(
        allow_blank=True, help_text="Why the kernel cannot tell."
    )
    guest_kernel = serializers.CharField(
        allow_blank=True,
        help_text="The kernel of guests that judged it; empty for the worker's own.",
    )
    arms = ObservedArmSerializer(many=True)


class ObservedSerializer(serializers.Serializer[Any]):
    """The same claims on a worker's own kernel; no grade depends on it."""

    state = serializers.ChoiceField(
        choices=ObservationState.choices,
        allow_null=True,
        help_text="Null where no worker could be asked.",
    )
    worker = serializers.CharField(allow_blank=True)
    kernel = serializers.CharField(allow_blank=True)
    observed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(
        allow_blank=True, help_text="Why the model's run is the only evidence."
    )
    claims = ObservedClaimSerializer(many=True, help_text="Empty until observed.")


class ReviewedOptionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    html = serializers.CharField()
    holds = serializers.BooleanField()
    feedback_html = serializers.CharField(allow_blank=True)


class ProvenanceSerializer(serializers.Serializer[Any]):
    """What the verdict came from: enough to run it again, identically."""

    question_version = serializers.CharField()
    scenario_version = serializers.CharField(allow_null=True)
    simulator_version = serializers.CharField(allow_null=True)
    seed = serializers.IntegerField()
    params_digest = serializers.CharField()
    trace_hashes = serializers.DictField(child=serializers.CharField())
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """The verdict, and as much of what decided it as may be seen now."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    fraction = serializers.DecimalField(
        max_digits=6, decimal_places=5, allow_null=True, help_text="0 to 1."
    )
    message = serializers.CharField(allow_blank=True)
    chosen = serializers.ListField(child=serializers.CharField())
    revealed = serializers.BooleanField(help_text="No try is left.")
    panels = EvidencePanelSerializer(many=True, help_text="Simulated.")
    observed = ObservedSerializer(
        allow_null=True, help_text="Null where there is no panel."
    )
    options = ReviewedOptionSerializer(many=True, help_text="Empty until revealed.")
    explanation_html = serializers.CharField(
        allow_blank=True, help_text="Empty until revealed."
    )
    points = serializers.DictField(
        child=serializers.CharField(),
        help_text="By rubric item, where a person graded.",
    )
    reason = serializers.CharField(allow_blank=True)
    provenance = ProvenanceSerializer()


@response_example(
    {
        "uuid": UUID,
        "variant": UUID,
        "attempt": UUID,
        "number": 1,
        "answer": {"chosen": ["a"]},
        "received_at": "2027-01-11T09:30:00Z",
        "job": {"state": "queued", "position": 1, "is_final": False},
        "evidence": None,
    }
)
class SubmissionSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    variant = serializers.UUIDField()
    attempt = serializers.UUIDField()
    number = serializers.IntegerField(help_text="1 for the first try.")
    answer = AnswerReadSerializer()
    received_at = serializers.DateTimeField()
    job = JobSerializer()
    evidence = EvidenceSerializer(allow_null=True, help_text="Null until it is graded.")
