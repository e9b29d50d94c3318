"""A finished run, its canonical form and the hash that names it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from simulator.events import Event

Scalar = str | int | bool
COMPLETED = "completed"
BUDGET_EXCEEDED = "budget_exceeded"


def canonical_json(document: object) -> bytes:
    """Return the one JSON spelling of ``document``: sorted keys, no spaces, ASCII."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Run:
    """One arm of a scenario, executed in one variant.

    The same scenario digest, arm, parameters, seed and simulator version give the
    same bytes in ``canonical_trace`` on any machine.
    """

    scenario_digest: str
    simulator_version: str
    arm: str
    params: Mapping[str, Scalar]
    seed: int
    events: tuple[Event, ...]
    observation: Mapping[str, Any]
    """The world at the end, as a JSON document."""
    metrics: Mapping[str, Any]
    """Whole numbers: RAM in KiB, times in microseconds, counts."""
    budget_used: Mapping[str, int]
    verdict: str = COMPLETED
    """``completed`` or ``budget_exceeded``."""

    def canonical_trace(self) -> bytes:
        """Return the run as canonical JSON; events are arrays in field order."""
        return canonical_json(self._document(self.events))

    @property
    def trace_hash(self) -> str:
        """SHA-256 of ``canonical_trace``."""
        return self._hashes[0]

    @property
    def content_hash(self) -> str:
        """SHA-256 of the same without the arm's name: of what happened in it."""
        return self._hashes[1]

    @cached_property
    def _hashes(self) -> tuple[str, str]:
        trace = self.canonical_trace()
        # The arm's name comes first: keys are sorted.
        name = canonical_json({"arm": self.arm}).removesuffix(b"}")
        return digest(trace), digest(trace.removeprefix(name))

    def to_json(self) -> dict[str, Any]:
        """Return the run as a JSON object for storage."""
        events = [event.to_json() for event in self.events]
        return {**self._document(events), "trace_hash": self.trace_hash}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Rebuild a run from what ``to_json`` gave."""
        fields = {key: document[key] for key in document if key != "trace_hash"}
        fields["events"] = tuple(Event(**event) for event in document["events"])
        return cls(**fields)

    def _document(self, events: object) -> dict[str, Any]:
        return {
            "scenario_digest": self.scenario_digest,
            "simulator_version": self.simulator_version,
            "arm": self.arm,
            "params": dict(self.params),
            "seed": self.seed,
            "events": events,
            "observation": self.observation,
            "metrics": self.metrics,
            "budget_used": self.budget_used,
            "verdict": self.verdict,
        }
