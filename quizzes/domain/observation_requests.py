"""Asking for observations of variants that nobody has looked at lately."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from quizzes import wakeups
from quizzes.domain.live_workers import queues_at_work
from quizzes.enums import OPEN_OBSERVATION_STATES, LiveQueue, ObservationState
from quizzes.execution.live_queues import queues_for
from quizzes.models import Observation, ScenarioVersion

logger = logging.getLogger(__name__)

# A variant is looked at again after this long: the kernel may be another one then.
FRESH = timedelta(hours=24)


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
