"""A warehouse of servers for an hour: how its time grows with its size."""

from itertools import pairwise
from math import log
from time import thread_time

from simulator.benchmarks.measures import Measure
from simulator.subsystems.cloud.fleet import run_fleet

SIZES = (100, 1_000, 10_000)
MACHINES_PER_SERVER = 10
NOISE = 1.5
"""Times are not as even as steps: caches hold a small warehouse, not a large one."""


def cloud_measures(*, slowdown: float = 1.0) -> list[Measure]:
    """Run warehouses of growing size for an hour of virtual time.

    Growth from one size to the next is told as a share of n log n's: in steps of the
    simulation, which are always the same, and in time.
    """
    found: dict[int, tuple[float, int]] = {}
    for servers in SIZES:
        began = thread_time()
        fleet = run_fleet(servers, servers * MACHINES_PER_SERVER)
        found[servers] = ((thread_time() - began) / slowdown, fleet.steps)
    measures = [
        Measure(f"cloud of {servers:,} servers, an hour", spent, "s")
        for servers, (spent, _) in found.items()
    ]
    for small, large in pairwise(SIZES):
        allowed = large * log(large) / (small * log(small))
        span = f"from {small:,} to {large:,} servers, to n log n"
        spent, steps = (found[large][at] / found[small][at] / allowed for at in (0, 1))
        measures += [
            Measure(f"growth of steps {span}", steps, "ratio", 1.0),
            Measure(f"growth of time {span}", spent, "ratio", NOISE),
        ]
    return measures
