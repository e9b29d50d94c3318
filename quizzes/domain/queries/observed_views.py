"""What a page or an answer of the API shows of an observation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quizzes.domain.queries.run_rows import EvidenceRow
from quizzes.enums import OPEN_OBSERVATION_STATES, ObservationState


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim that the simulated side shows, and the arms that decide it there."""

    option_key: str
    option_html: str
    claim: str
    claim_text: str
    simulated: bool
    arms: Mapping[str, str]
    """Label of each arm by its name."""


@dataclass(frozen=True, slots=True)
class ObservedArm:
    """One arm on a real kernel: its events, or why there are none."""

    arm: str
    arm_label: str
    rows: tuple[EvidenceRow, ...]
    reason: str
    timeline_svg: str = ""


@dataclass(frozen=True, slots=True)
class ObservedClaim:
    """A claim judged by both; ``observed`` is None where the kernel cannot tell."""

    option_key: str
    option_html: str
    claim_text: str
    simulated: bool
    observed: bool | None
    reason: str
    arms: tuple[ObservedArm, ...]
    guest_kernel: str = ""
    """The kernel of guests that judged it; empty for the worker's own."""

    @property
    def agrees(self) -> bool | None:
        """True if both say the same; None if only the model says anything."""
        return None if self.observed is None else self.observed == self.simulated


@dataclass(frozen=True, slots=True)
class Observed:
    """An observation as far as there is one; ``claims`` is empty before it ends.

    ``state`` is None where nobody was asked to look; then, and after a failure,
    ``reason`` says why the model's word is the only one.
    """

    state: ObservationState | None
    worker: str
    kernel: str
    observed_at: datetime | None
    reason: str
    claims: tuple[ObservedClaim, ...]

    @property
    def is_open(self) -> bool:
        """True while a worker is at it, or is going to be."""
        return self.state in OPEN_OBSERVATION_STATES

    @property
    def is_seen(self) -> bool:
        """True if a worker has looked."""
        return self.state == ObservationState.OBSERVED
