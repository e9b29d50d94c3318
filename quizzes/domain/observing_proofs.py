"""Authors ask for observations, to see how faithful the model is."""

from typing import Any

from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.live_workers import queues_at_work
from quizzes.domain.observation_requests import Look, request_observations
from quizzes.domain.starting import params_digest
from quizzes.execution.live_queues import queues_for
from quizzes.models import Observation, Proof
from quizzes.rules import can_author

# So many variants of a proof tell an author how faithful the model is.
VARIANTS_OF_PROOF = 4


def request_for_proof(proof: Proof, *, user: Any) -> list[Observation]:
    """Queue observations of the first variants of a proof, for its author.

    Raises NotAllowedError (``not_an_author``), ConflictError (``edited``: the proof is
    about another text; ``nobody_observes``: no worker at work takes from a queue that
    fits this scenario).
    """
    if not can_author(user, proof.question_version.question.course):
        raise NotAllowedError(
            "not_an_author", "Only instructors of the course ask for observations."
        )
    version = proof.scenario_version
    if version.digest != proof.scenario_digest:
        raise ConflictError(
            "edited", "The scenario was edited since: prove it again, then observe it."
        )
    if queues_at_work().isdisjoint(queues_for(version.source)):
        raise ConflictError(
            "nobody_observes",
            "No worker that can observe is at work: start one for the live queues.",
        )
    return request_observations(
        Look(version.pk, row["params"], params_digest(row["params"], row["seed"]))
        for row in proof.matrix[:VARIANTS_OF_PROOF]
    )
