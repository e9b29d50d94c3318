"""Small experiments in the model, one for each row of the calibration table.

Each builds a world, runs it and reads the trace, as a scenario's claim would; none
looks the figure up that it is held against.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from simulator.experiments import (
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
from simulator.experiments.results import Result, result_of

__all__ = ["EXPERIMENTS", "Result", "results"]

EXPERIMENTS: Mapping[str, Callable[[], int]] = MappingProxyType(
    {
        **processes.EXPERIMENTS,
        **limits.EXPERIMENTS,
        **containers.EXPERIMENTS,
        **builds.EXPERIMENTS,
        **machines.EXPERIMENTS,
        **microvms.EXPERIMENTS,
        **nesting.EXPERIMENTS,
        **moving.EXPERIMENTS,
        **guests.EXPERIMENTS,
        **servers.EXPERIMENTS,
        **orchestrators.EXPERIMENTS,
        **workloads.EXPERIMENTS,
    }
)
"""Per row of the table: what gives the model's value, in the row's unit."""


def results() -> tuple[Result, ...]:
    """Carry out every experiment and hold it against its row, in the table's order."""
    return tuple(result_of(name, run()) for name, run in EXPERIMENTS.items())
