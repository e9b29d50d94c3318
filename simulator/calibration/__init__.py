"""The figures that stand for real hardware: value, unit, public source.

One module per kind of part; each row is used by the model (``figure``), reproduced
by it, or both, and ``simulator.experiments`` holds the model against every one. A
figure that the model splits into parts says so; the split is the model's own.
"""

from collections.abc import Mapping
from types import MappingProxyType

from simulator.calibration import (
    builds,
    containers,
    guests,
    limits,
    machines,
    microvms,
    moving,
    nesting,
    orchestrators,
    processes,
    servers,
    workloads,
)
from simulator.calibration.figures import Figure

__all__ = ["CALIBRATION", "KINDS", "Figure", "figure"]

KINDS: Mapping[str, Mapping[str, Figure]] = MappingProxyType(
    {
        "processes": processes.FIGURES,
        "limits": limits.FIGURES,
        "containers": containers.FIGURES,
        "builds": builds.FIGURES,
        "machines": machines.FIGURES,
        "microvms": microvms.FIGURES,
        "nesting": nesting.FIGURES,
        "moving": moving.FIGURES,
        "guests": guests.FIGURES,
        "servers": servers.FIGURES,
        "orchestrators": orchestrators.FIGURES,
        "workloads": workloads.FIGURES,
    }
)
"""The rows by kind of part, in the order of the table."""

CALIBRATION: Mapping[str, Figure] = MappingProxyType(
    {name: row for rows in KINDS.values() for name, row in rows.items()}
)
"""Every row by its id."""


def figure(name: str) -> int:
    """Return the value of a figure, in the unit that the table names."""
    return CALIBRATION[name].value
