"""Bare hardware and its firmware: power on, self test, boot order."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.calibration import figure
from simulator.engine import Cores, Engine, Work
from simulator.events import FAILED
from simulator.subsystems.files import Program
from simulator.subsystems.hypervisor import Hypervisor, HypervisorModel
from simulator.subsystems.kernel import STAGES, Kernel, System
from simulator.subsystems.memory import Memory

Bootable = System | HypervisorModel
POST_SHARE = STAGES[0][1]


@dataclass(slots=True)
class Machine:
    """One physical computer. Off, then on; what it runs is its ``occupant``."""

    name: str
    arch: str
    engine: Engine
    memory: Memory
    cores: Cores
    has_extension: bool
    core_count: int
    boot_order: tuple[str, ...] = ("disk",)
    state: str = "off"
    state_seq: int | None = None
    disk: list[Bootable] = field(default_factory=list)
    """Bootable systems on the disk; the last one installed holds the boot slot."""
    files: list[Program] = field(default_factory=list)
    """Other programs that were copied to the disk."""
    occupant: Kernel | Hypervisor | None = None
    cpu_permille: int = 1000
    operation_ns: int = 0
    exits: int = 0
    exits_per_operation: int = 0

    def power_on(
        self, make: Callable[[Bootable, "Machine"], Kernel | Hypervisor], cause: int
    ) -> Work:
        """Run the firmware, then what it finds in the boot slot."""
        span = figure("guest_boot") * POST_SHARE // 1000
        yield self.engine.streams.of(self.name).jitter(span, 20)
        post = self.engine.record(
            self.name,
            "power_on_self_test",
            cause=cause,
            ram_kib=self.memory.capacity_kib,
        )
        self.state, self.state_seq = "on", post
        source = next((device for device in self.boot_order if self._holds(device)), "")
        if not source:
            found = sorted(program.name for program in self.files)
            self.state_seq = self.engine.record(
                self.name,
                "boot",
                FAILED,
                cause=post,
                target=", ".join(found) or "disk",
                log="No bootable device: no boot loader and no kernel on the disk",
            )
            return
        self.occupant = make(self.disk[-1], self)
        yield from self.occupant.boot(post)
        self.state_seq = self.occupant.state_seq

    def _holds(self, device: str) -> bool:
        return device == "disk" and bool(self.disk)
