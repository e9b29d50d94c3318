"""Bare hardware and its firmware: power on, self test, boot order."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.calibration import figure
from simulator.engine import Cores, Engine, Work
from simulator.events import FAILED
from simulator.subsystems.files import Program
from simulator.subsystems.hypervisor import Hypervisor, HypervisorModel
from simulator.subsystems.kernel import FIRMWARE_SHARE, JITTER_PERMILLE, Kernel, System
from simulator.subsystems.memory import Memory

Bootable = System | HypervisorModel


@dataclass(slots=True)
class Machine:
    """One physical computer. Off, then on; what it runs is its ``occupant``."""

    name: str
    arch: str
    engine: Engine
    memory: Memory
    cores: Cores
    has_extension: bool
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
        if self.state == "on":
            log = "the machine is on already"
            self.engine.record(self.name, "power_on", FAILED, cause=cause, log=log)
            return
        self.state = "on"
        span = figure("guest_boot") * FIRMWARE_SHARE // 1000
        yield self.engine.streams.of(self.name).jitter(span, JITTER_PERMILLE)
        post = self.engine.record(
            self.name,
            "power_on_self_test",
            cause=cause,
            ram_kib=self.memory.capacity_kib,
        )
        self.state_seq = post
        if not self.disk:
            found = ", ".join(sorted(program.name for program in self.files))
            log = "No bootable device: no boot loader and no kernel on the disk"
            self._stuck(post, found or "disk", log)
            return
        if self.disk[-1].arch != self.arch:
            code = self.disk[-1].arch
            log = f"No bootable device: {code} code on a {self.arch} machine"
            self._stuck(post, self.disk[-1].name, log)
            return
        self.occupant = make(self.disk[-1], self)
        yield from self.occupant.boot(post)
        self.state_seq = self.occupant.state_seq

    def _stuck(self, post: int, target: str, log: str) -> None:
        self.state_seq = self.engine.record(
            self.name, "boot", FAILED, cause=post, target=target, log=log
        )
