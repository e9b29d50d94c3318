"""What one row of the calibration table says, and where its rows come from."""

from dataclasses import dataclass

MEASURED_HERE = "2-core cloud server, Linux 6.18, AMD EPYC"
COURSE = "chapter 'Virtualization and Containers'"
FIRECRACKER = "Firecracker SPECIFICATION.md"

MEASURED = "measured"
SOURCE = "source"
SECOND_HAND = "second-hand"
TAUGHT = "course"

UNITS = ("us", "ns", "KiB", "permille", "count", "cycles")
"""Times in nanoseconds or microseconds, memory in KiB, ratios and shares in
thousandths; a count is a plain number."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One calibrated number, and how near to it the model must come."""

    value: int
    unit: str
    """One of ``UNITS``."""
    source: str
    read: str
    """How it was got: ``measured`` by this project, read at its ``source``, known
    ``second-hand`` from an account of the source, or taught by the ``course``."""
    tolerance_percent: int = 0
    """How far the model may be off; 0: exact."""
    low: int | None = None
    """With ``high``, a published range in place of a tolerance."""
    high: int | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value that the model may have."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        slack = self.value * self.tolerance_percent // 100
        return self.value - slack, self.value + slack


def measured(value: int, unit: str, what: str, tolerance_percent: int) -> Figure:
    """Return a figure that this project has measured."""
    source = f"{MEASURED_HERE}: {what}"
    return Figure(value, unit, source, MEASURED, tolerance_percent)


def published(value: int, unit: str, source: str, tolerance_percent: int) -> Figure:
    """Return a figure that was read where it was published."""
    return Figure(value, unit, source, SOURCE, tolerance_percent)


def told(value: int, unit: str, source: str, tolerance_percent: int) -> Figure:
    """Return a figure that is known from an account of its source."""
    return Figure(value, unit, source, SECOND_HAND, tolerance_percent)


def taught(value: int, unit: str, what: str, tolerance_percent: int) -> Figure:
    """Return a figure that the course of this project teaches."""
    source = f"{COURSE}: {what}"
    return Figure(value, unit, source, TAUGHT, tolerance_percent)


def between(low: int, high: int, figure: Figure) -> Figure:
    """Return the figure with a range: the model may be anywhere inside it."""
    return Figure(figure.value, figure.unit, figure.source, figure.read, 0, low, high)
