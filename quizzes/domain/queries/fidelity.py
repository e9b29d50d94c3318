"""Fidelity: how far the model of a scenario agrees with the kernels that were seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from quizzes.enums import OPEN_OBSERVATION_STATES, ObservationState
from quizzes.execution.in_process import scenario_of
from quizzes.models import LiveWorker, Observation, ScenarioVersion


@dataclass(frozen=True, slots=True)
class ClaimFidelity:
    """One claim over all observed variants."""

    claim: str
    text: str
    judged: int
    """Variants in which a kernel could tell."""
    agreed: int
    reason: str
    """Why a kernel could not tell, where none could."""

    @property
    def agrees(self) -> bool | None:
        """True if every kernel said what the model says; None if none said anything."""
        return None if not self.judged else self.agreed == self.judged


@dataclass(frozen=True, slots=True)
class Fidelity:
    """All claims of a scenario, and where and when they were looked at."""

    variants: int
    waiting: int
    """Variants that a worker is still to look at."""
    hosts: tuple[str, ...]
    """Worker and kernel of each, without repetition."""
    last_at: datetime | None
    claims: tuple[ClaimFidelity, ...]

    @property
    def judged(self) -> int:
        """How many claims at least one kernel could judge."""
        return sum(claim.judged > 0 for claim in self.claims)

    @property
    def agreed(self) -> int:
        """How many of those agree in every variant."""
        return sum(claim.agrees is True for claim in self.claims)


def fidelity_of(version: ScenarioVersion, digest: str) -> Fidelity:
    """The observations of one text of a scenario, the newest of each variant."""
    rows = Observation.objects.filter(
        scenario_version=version, scenario_digest=digest
    ).defer("document")
    seen = _newest(rows.filter(state=ObservationState.OBSERVED).order_by("id"))
    claims = _claims(version, seen) if seen else ()
    return Fidelity(
        variants=len(seen),
        waiting=rows.filter(state__in=OPEN_OBSERVATION_STATES).count(),
        hosts=tuple(sorted({f"{_host(row)}, kernel {row.kernel}" for row in seen})),
        last_at=max((row.finished_at for row in seen if row.finished_at), default=None),
        claims=tuple(claims),
    )


def live_workers() -> QuerySet[LiveWorker]:
    """Every worker that ever reported what it can observe, latest first."""
    return LiveWorker.objects.order_by("-seen_at")


def _newest(rows: Iterable[Observation]) -> list[Observation]:
    return list({row.params_digest: row for row in rows}.values())


def _host(row: Observation) -> str:
    return row.worker.partition(":")[0]


def _claims(
    version: ScenarioVersion, seen: Sequence[Observation]
) -> Iterable[ClaimFidelity]:
    claims = scenario_of(version.source).claims
    known = [name for name in claims if name in seen[0].claims]  # in their own order
    for name in dict.fromkeys([*known, *seen[0].claims]):
        found = [row.claims[name] for row in seen]
        told = [entry for entry in found if entry["live"] is not None]
        yield ClaimFidelity(
            claim=name,
            text=claims[name].text if name in claims else "",
            judged=len(told),
            agreed=sum(entry["live"] == entry["model"] for entry in told),
            reason="" if told else found[0]["reason"],
        )
