"""The port to whatever executes a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Scalar = str | int | float | bool


class ScenarioBrokenError(Exception):
    """The scenario cannot be executed or does not decide: its author's fault."""


class RunnerFailedError(Exception):
    """The platform failed to execute: nobody's answer and nobody's question."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What to execute: a scenario's text and one variant of it."""

    source: str
    digest: str
    params: Mapping[str, Scalar]
    seed: int


@dataclass(frozen=True, slots=True)
class ExecutedClaim:
    """A claim's truth and the events that decide it, as (arm, sequence number)."""

    holds: bool
    deciding: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        return {"holds": self.holds, "deciding": [list(pair) for pair in self.deciding]}


@dataclass(frozen=True, slots=True)
class ExecutedArm:
    """One arm's run: its trace's SHA-256 and the run as zlib-compressed JSON."""

    name: str
    trace_hash: str
    document: bytes


@dataclass(frozen=True, slots=True)
class Executed:
    """Everything that one execution showed."""

    simulator_version: str
    claims: Mapping[str, ExecutedClaim]
    arms: tuple[ExecutedArm, ...]

    @property
    def truths(self) -> dict[str, bool]:
        """Each claim's name and whether it holds."""
        return {name: claim.holds for name, claim in self.claims.items()}

    @property
    def trace_hashes(self) -> dict[str, str]:
        """Each arm's name and its trace's SHA-256."""
        return {arm.name: arm.trace_hash for arm in self.arms}


class Runner(Protocol):
    """Executes a variant.

    Raises ScenarioBrokenError (the author's fault) or RunnerFailedError (ours).
    """

    def execute(self, execution: Execution) -> Executed:
        """Run every arm and judge every claim."""
        ...


@dataclass(frozen=True, slots=True)
class ObservedVariant:
    """What a worker's kernel showed of a variant, and what the model says."""

    kernel: str
    claims: Mapping[str, Mapping[str, Any]]
    """By name: ``model``, ``live`` (None where it cannot be told) and ``reason``."""
    document: bytes
    """Runs, and reasons of the arms without one, as zlib-compressed JSON."""


class Observer(Protocol):
    """Carries a variant out on the kernel that it runs on."""

    def __call__(
        self, execution: Execution, *, model: Runner, seconds: float
    ) -> ObservedVariant:
        """Take at most ``seconds`` of wall time; raises what ``model`` raises."""
        ...
