"""One row of the table with the model's own value beside the published one."""

from dataclasses import dataclass
from typing import Any

from simulator.calibration import CALIBRATION
from simulator.calibration.figures import Figure


@dataclass(frozen=True, slots=True)
class Result:
    """What an experiment gave for a row of the calibration table."""

    name: str
    figure: Figure
    model: int
    """The model's value, in the figure's unit."""

    @property
    def within(self) -> bool:
        """True when the model is as near to the figure as the table promises."""
        low, high = self.figure.bounds
        return low <= self.model <= high

    @property
    def ratio_permille(self) -> int:
        """The model's value in thousandths of the published one."""
        return self.model * 1000 // self.figure.value

    def to_json(self) -> dict[str, Any]:
        """Return the row as a JSON object; whole numbers in the row's unit."""
        low, high = self.figure.bounds
        return {
            "figure": self.name,
            "value": self.figure.value,
            "unit": self.figure.unit,
            "low": low,
            "high": high,
            "model": self.model,
            "ratio_permille": self.ratio_permille,
            "within": self.within,
            "read": self.figure.read,
            "source": self.figure.source,
        }


def result_of(name: str, model: int) -> Result:
    """Return the row called ``name`` with the model's value for it."""
    return Result(name, CALIBRATION[name], model)


_LARGER = {
    "us": ((1_000_000, "s"), (1_000, "ms"), (1, "us")),
    "ns": ((1_000, "us"), (1, "ns")),
    "KiB": ((1024, "MiB"), (1, "KiB")),
    "permille": ((1_000, "x"),),
    "count": ((1, ""),),
    "cycles": ((1, "cycles"),),
}
"""Per unit of the table: those that a person reads, the largest first."""


def spelled(value: int, unit: str) -> str:
    """Return a value as a person would write it: ``45 s`` for 45,000,000 us."""
    size, name = next(
        (pair for pair in _LARGER[unit] if value >= pair[0]), _LARGER[unit][-1]
    )
    return f"{value / size:,.4g} {name}".rstrip()


def bounds(figure: Figure) -> str:
    """Return the tolerance of a row as text: ``+-20 %``, ``exact`` or a range."""
    if figure.low is not None:
        low, high = figure.bounds
        return f"{spelled(low, figure.unit)} to {spelled(high, figure.unit)}"
    percent = figure.tolerance_percent
    return f"+-{percent} %" if percent else "exact"
