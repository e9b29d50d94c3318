"""The monitor of one machine: the program that stands for its hardware.

A general one emulates the devices of a whole computer, so that any system boots on
it; a small one has a network card, a disk and a console, and no firmware.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.calibration import figure
from simulator.engine import Work
from simulator.subsystems.cpu import Cores

BUSY = (2, 3)
"""The part of a monitor's start that is CPU work: 8 of 12 ms, where it was told."""


@dataclass(frozen=True, slots=True)
class MonitorKind:
    """What a monitor takes for itself, by the names of its figures."""

    memory: str
    start: str

    @property
    def ram_kib(self) -> int:
        """Memory of one monitor, without its guest's."""
        return figure(self.memory)

    def begin(self, cores: Cores) -> Work:
        """Let the monitor's process start, before its guest's first instruction."""
        span = figure(self.start)
        busy = span * BUSY[0] // BUSY[1]
        yield span - busy
        yield from cores.use(busy)


MONITORS: Mapping[str, MonitorKind] = {
    "general": MonitorKind("vmm_memory", "vmm_start"),
    "micro": MonitorKind("micro_vmm_memory", "micro_vmm_start"),
}
