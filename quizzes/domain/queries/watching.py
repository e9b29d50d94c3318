"""The state of one thing that is under way, as small JSON for event streams."""

from typing import Any
from uuid import UUID

from quizzes.domain.errors import NotFoundError
from quizzes.domain.proving import OPEN_STATES
from quizzes.domain.queries.attempts import job_view
from quizzes.enums import JobState
from quizzes.models import Proof, Submission

_LABELS = {
    JobState.RUNNING: "Running the scenario",
    JobState.NEEDS_GRADING: "Waiting for a person to grade it",
    JobState.GRADED: "Graded",
    JobState.INVALID: "The answer could not be graded",
    JobState.BROKEN: "The question is broken",
    JobState.DEAD: "Grading failed on our side",
    JobState.SUPERSEDED: "Replaced by a newer result",
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
