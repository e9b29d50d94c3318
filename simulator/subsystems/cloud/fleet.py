"""A whole warehouse for an hour, with light servers: books instead of machines.

Placement, failure and cost are the code that a small cloud of real parts runs on;
what a server of this size would do inside itself is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.calibration import figure
from simulator.engine import Budget, Engine, Work
from simulator.rng import Stream
from simulator.subsystems.cloud.capacity import Size, Slot
from simulator.subsystems.cloud.warehouse import HOUR_US, Warehouse

GIB = 1024 * 1024
SERVER = Size(64, 256 * GIB)
FLAVOURS = (Size(1, 2 * GIB), Size(2, 4 * GIB), Size(4, 16 * GIB), Size(8, 32 * GIB))
"""What is sold here: four sizes, the larger ones with more memory per processor."""
ARRIVAL_SHARE = 2
"""All machines are asked for in the first part in so many of the time."""
NOTICED_US = 40_000_000
"""After so long without a heartbeat a server counts as failed."""
FAILURES_PERMILLE = 10
"""Servers in a thousand that fail during the run: far more than real ones do."""
COST_PER_HOUR = 200
_UNBOUNDED = Budget(events=2**62, virtual_us=2**62, cpu_ms=2**62, objects=2**62)


@dataclass(slots=True)
class Fleet:
    """A warehouse under way, and what happened in it."""

    engine: Engine
    warehouse: Warehouse
    restarts: bool
    up: set[str] = field(default_factory=set)
    """Machines that have booted."""
    refused: int = 0
    """Machines that no server had room for."""
    lost: int = 0
    """Machines that were on a failed server."""
    restarted: int = 0

    @property
    def steps(self) -> int:
        """Work done: steps of the engine and of the placement's index."""
        return self.engine.used()["steps"] + self.warehouse.steps

    @property
    def cost_millicents(self) -> int:
        """What the servers in use cost."""
        return self.warehouse.cost_millicents(self.engine.now)

    def create(self, name: str, size: Size) -> Work:
        """Place a machine and boot it."""
        slot = self.warehouse.place(name, size, self.engine.now)
        if slot is None:
            self.refused += 1
            return
        yield figure("guest_boot")
        if self.warehouse.home_of(name) is slot:
            self.up.add(name)

    def arrivals(self, machines: int, stream: Stream) -> Work:
        """Ask for all machines, evenly spaced."""
        spacing = HOUR_US // ARRIVAL_SHARE // machines
        for number in range(machines):
            size = FLAVOURS[stream.below(len(FLAVOURS))]
            self.engine.spawn(self.create(f"vm-{number}", size), is_daemon=True)
            yield spacing

    def failure(self, slot: Slot, when: int) -> Work:
        """Let a server fail; notice it; start its machines elsewhere."""
        yield when
        lost = self.warehouse.fail(slot, self.engine.now)
        self.lost += len(lost)
        self.up.difference_update(name for name, _ in lost)
        yield NOTICED_US
        for name, size in lost if self.restarts else ():
            self.restarted += 1
            self.engine.spawn(self.create(name, size), is_daemon=True)


def run_fleet(
    servers: int,
    machines: int,
    *,
    policy: str = "first_fit",
    restarts: bool = True,
    seed: int = 0,
) -> Fleet:
    """Place machines on servers and run them for an hour of virtual time.

    One server in a hundred fails on the way. Returns the warehouse at the end; its
    ``steps`` grow no faster than n log n when both numbers grow by n.
    """
    engine = Engine(seed, _UNBOUNDED)
    slots = light_slots(servers, SERVER)
    fleet = Fleet(engine, Warehouse(policy, slots, COST_PER_HOUR), restarts)
    engine.spawn(_hour())
    arrivals = fleet.arrivals(machines, engine.streams.of("customers"))
    engine.spawn(arrivals, is_daemon=True)
    stream = engine.streams.of("failures")
    for slot in slots:
        if stream.below(1000) < FAILURES_PERMILLE:
            work = fleet.failure(slot, stream.below(HOUR_US))
            engine.spawn(work, is_daemon=True)
    engine.run()
    return fleet


def light_slots(count: int, size: Size) -> Sequence[Slot]:
    """Return the books of so many equal servers."""
    return [
        Slot(index, f"server-{index + 1}", size.vcpus, size.ram_kib)
        for index in range(count)
    ]


def _hour() -> Work:
    yield HOUR_US
