"""What a measurement came to, beside its bar."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: what was measured, its value, its bar."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    """None when there is nothing to meet, or nothing to compare with."""
    is_floor: bool = False
    """True when the value should be at least its bar, not at most."""

    @property
    def met(self) -> bool:
        """True unless there is a bar and the value is on its wrong side."""
        if self.bar is None:
            return True
        return self.value >= self.bar if self.is_floor else self.value <= self.bar

    def to_json(self) -> dict[str, Any]:
        """Return the measure as a JSON object."""
        return {**asdict(self), "met": self.met}


def seconds(work: Callable[[], object]) -> float:
    """Return how much processor time of this thread some work takes."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    place = -(-len(ordered) * percent // 100)
    return ordered[max(place, 1) - 1]
