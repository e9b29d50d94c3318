"""Asking for observations: by the grading of an answer, or by an author."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from quizzes import wakeups
from quizzes.domain.claiming import ClaimedJob
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.live_workers import queues_at_work
from quizzes.domain.starting import params_digest
from quizzes.enums import OPEN_OBSERVATION_STATES, LiveQueue, ObservationState
from quizzes.execution.live_queues import queues_for
from quizzes.models import Observation, Proof, ScenarioVersion
from quizzes.rules import can_author

logger = logging.getLogger(__name__)

# A variant is looked at again after this long: the kernel may be another one then.
FRESH = timedelta(hours=24)
# So many variants of a proof tell an author how faithful the model is.
VARIANTS_OF_PROOF = 4
# A process that grades asks again for a variant, and for workers, after so long.
ASK_AGAIN_SECONDS = 300.0
NOBODY_SECONDS = 5.0
REMEMBERED = 100_000
# When this process asked for a variant: (scenario version, digest of the parameters).
_asked: dict[tuple[int, str], float] = {}
_nobody = {"until": 0.0}


@dataclass(frozen=True, slots=True)
class Look:
    """A variant that somebody would like to see on a real kernel."""

    scenario_version_id: int
    params: Mapping[str, Any]
    params_digest: str


def request_observations(looks: Iterable[Look]) -> list[Observation]:
    """Queue an observation of each variant that has no fresh one; those queued.

    Nothing is queued where no worker at work takes from a fitting queue.
    """
    wanted = {(look.scenario_version_id, look.params_digest): look for look in looks}
    at_work = queues_at_work() if wanted else set()
    if not at_work:
        return []
    versions = ScenarioVersion.objects.in_bulk({version for version, _ in wanted})
    queued = []
    with transaction.atomic():
        for look in wanted.values():
            version = versions[look.scenario_version_id]
            fitting = [q for q in queues_for(version.source) if q in at_work]
            if not fitting or _has_fresh(version, look.params_digest):
                continue
            queued += _queue(version, look, fitting[0])
    return queued


def request_alongside(jobs: Sequence[ClaimedJob]) -> None:
    """Ask for observations of variants that are being graded; never raises.

    Grading pays for a look into this process's memory, and rarely for more.
    """
    now = time.monotonic()
    looks = [
        Look(job.scenario_version_id, job.params, job.params_digest)
        for job in jobs
        if job.scenario_version_id is not None
        and now >= _asked.get((job.scenario_version_id, job.params_digest), 0.0)
    ]
    if not looks or now < _nobody["until"]:
        return
    try:
        if not queues_at_work():
            _nobody["until"] = now + NOBODY_SECONDS
            return
        request_observations(looks)
    except Exception:
        logger.exception("no observation could be asked for")
    if len(_asked) > REMEMBERED:
        _asked.clear()
    for look in looks:
        key = (look.scenario_version_id, look.params_digest)
        _asked[key] = now + ASK_AGAIN_SECONDS


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


def _has_fresh(version: ScenarioVersion, digest: str) -> bool:
    """True if this text of the variant was looked at lately, or is about to be."""
    looked = (ObservationState.OBSERVED, ObservationState.DEAD)
    return Observation.objects.filter(
        Q(state__in=OPEN_OBSERVATION_STATES)
        | Q(
            state__in=looked,
            scenario_digest=version.digest,
            finished_at__gt=Now() - FRESH,
        ),
        scenario_version=version,
        params_digest=digest,
    ).exists()


def _queue(version: ScenarioVersion, look: Look, lane: LiveQueue) -> list[Observation]:
    """The new row, or none when another process was faster."""
    row = Observation(
        lane=lane,
        scenario_version=version,
        scenario_digest=version.digest,
        params=dict(look.params),
        params_digest=look.params_digest,
    )
    Observation.objects.bulk_create([row], ignore_conflicts=True)
    queued = Observation.objects.filter(uuid=row.uuid)
    if queued:
        wakeups.ring_on_commit(lane)
    return list(queued)
