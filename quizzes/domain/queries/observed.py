"""Observed: the claims of an evidence as a real kernel showed them.

The learner sees what a worker's kernel did beside what the model says; where none
could look, or could not tell, the reason why.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Case, When

import simulator
from quizzes.domain.live_workers import workers_at_work
from quizzes.domain.queries.observed_views import (
    Observed,
    ObservedArm,
    ObservedClaim,
    ShownClaim,
)
from quizzes.domain.queries.run_rows import all_rows
from quizzes.enums import LiveQueue, ObservationState
from quizzes.execution.live_queues import queues_for
from quizzes.models import Observation, ScenarioVersion


def observation_of(version: ScenarioVersion, digest: str) -> Observation | None:
    """The newest observation of a variant that was made; else the newest at all."""
    rows = Observation.objects.filter(
        scenario_version=version, scenario_digest=version.digest, params_digest=digest
    )
    seen_first = Case(When(state=ObservationState.OBSERVED, then=0), default=1)
    return rows.order_by(seen_first, "-id").first()


def observed_for(
    version: ScenarioVersion, digest: str, shown: Sequence[ShownClaim]
) -> Observed:
    """The observation of a variant, of the claims that may be seen and no others."""
    row = observation_of(version, digest)
    if row is None:
        return _without(None, why_nobody(version))
    state = ObservationState(row.state)
    if state != ObservationState.OBSERVED:
        return _without(state, _REASONS.get(state, ""))
    document = json.loads(zlib.decompress(row.document))
    return Observed(
        state=state,
        worker=row.worker,
        kernel=row.kernel,
        observed_at=row.finished_at,
        reason="",
        claims=tuple(_claims(row, document, shown)),
    )


def why_nobody(version: ScenarioVersion) -> str:
    """Why no worker was asked to observe this scenario, in a sentence."""
    workers = list(workers_at_work())
    if not workers:
        return "No worker that can observe is at work."
    fitting = queues_for(version.source)
    served = {name for worker in workers for name in worker.queues}
    if not served.isdisjoint(fitting):
        return "No worker was asked to observe this variant."
    return " ".join(
        f"{worker.worker} cannot: {_lacking(worker.report, fitting[0])}."
        for worker in workers
    )


_REASONS = {
    ObservationState.DEAD: "The workers that tried to observe it failed.",
    ObservationState.UNTAKEN: "No worker was there to observe it.",
}


def _without(state: ObservationState | None, reason: str) -> Observed:
    return Observed(state, "", "", None, reason, ())


def _lacking(report: Mapping[str, Any], queue: LiveQueue) -> str:
    """Why a worker's machine lacks the capability of a queue, as it reported it."""
    found = {entry["name"]: entry["reason"] for entry in report["capabilities"]}
    return found.get(queue.capability) or "it was not started for this"


def _claims(
    row: Observation, document: Mapping[str, Any], shown: Sequence[ShownClaim]
) -> Iterator[ObservedClaim]:
    for claim in shown:
        judged = row.claims.get(claim.claim, {"live": None, "reason": ""})
        guest_kernel = judged.get("kernel", "")
        seen = document["guests"] if guest_kernel else document
        yield ObservedClaim(
            option_key=claim.option_key,
            option_html=claim.option_html,
            claim_text=claim.claim_text,
            simulated=claim.simulated,
            observed=judged["live"],
            reason=judged["reason"],
            arms=tuple(_arm(arm, label, seen) for arm, label in claim.arms.items()),
            guest_kernel=guest_kernel,
        )


def _arm(arm: str, label: str, seen: Mapping[str, Any]) -> ObservedArm:
    found = seen["runs"].get(arm)
    if found is None:
        return ObservedArm(arm, label, (), seen["reasons"].get(arm, ""))
    run = simulator.Run.from_json(found)
    return ObservedArm(
        arm, label, tuple(all_rows(run)), "", simulator.draw_timeline(run)
    )
