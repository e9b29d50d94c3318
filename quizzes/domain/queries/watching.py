"""The state of one thing that is under way, as small JSON for event streams."""

from typing import Any
from uuid import UUID

from quizzes.domain.errors import NotFoundError
from quizzes.domain.proving import OPEN_STATES
from quizzes.domain.queries.attempts import job_view, submission_for
from quizzes.domain.queries.observed import observation_of
from quizzes.enums import OPEN_OBSERVATION_STATES, JobState, ObservationState
from quizzes.models import Observation, Proof, Submission

_LABELS = {
    JobState.RUNNING: "Running the scenario",
    JobState.NEEDS_GRADING: "Waiting for a person to grade it",
    JobState.GRADED: "Graded",
    JobState.INVALID: "The answer could not be graded",
    JobState.BROKEN: "The question is broken",
    JobState.DEAD: "Grading failed on our side",
    JobState.SUPERSEDED: "Replaced by a newer result",
}
_OBSERVING = {
    ObservationState.QUEUED: "Waits for a worker that can carry it out",
    ObservationState.RUNNING: "A worker carries it out on its own kernel",
    ObservationState.OBSERVED: "Observed",
    ObservationState.DEAD: "The workers that tried to observe it failed",
    ObservationState.UNTAKEN: "No worker was there to observe it",
}


def submission_state(uuid: UUID) -> dict[str, Any]:
    """``state``, ``label``, ``final`` of a submission; nothing of its verdict.

    ``final`` is False while a worker still has something to do.
    """
    submission = Submission.objects.filter(uuid=uuid).first()
    if submission is None:
        raise NotFoundError("submission")
    job = job_view(submission)
    label = _LABELS.get(job.state) or f"Queued, number {job.position} in line"
    if job.failures and job.state == JobState.QUEUED:
        label = f"Waiting to try again, after {job.failures} failed on our side"
    return {
        "state": job.state.value,
        "label": label,
        "final": job.state not in {JobState.QUEUED, JobState.RUNNING},
    }


def proof_state(uuid: UUID) -> dict[str, Any]:
    """``state``, ``done``, ``total``, ``final`` of a proof."""
    proof = Proof.objects.filter(uuid=uuid).only("state", "done", "total").first()
    if proof is None:
        raise NotFoundError("proof")
    return {
        "state": proof.state,
        "done": proof.done,
        "total": proof.total,
        "final": proof.state not in OPEN_STATES,
    }


def observation_for(user: Any, uuid: UUID) -> Observation:
    """The observation of a submission's variant, for whoever may see the submission.

    Raises NotFoundError.
    """
    variant = submission_for(user, uuid).variant
    version = variant.scenario_version
    found = version and observation_of(version, variant.params_digest)
    if not found:
        raise NotFoundError("observation")
    return found


def observation_state(uuid: UUID) -> dict[str, Any]:
    """``state``, ``label``, ``final`` of an observation; nothing of what was seen."""
    found = Observation.objects.filter(uuid=uuid).only("state").first()
    if found is None:
        raise NotFoundError("observation")
    state = ObservationState(found.state)
    return {
        "state": state.value,
        "label": _OBSERVING[state],
        "final": state not in OPEN_OBSERVATION_STATES,
    }
