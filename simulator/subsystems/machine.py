"""Bare hardware and its firmware: power on, self test, boot order, power cuts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.calibration import figure
from simulator.engine import Engine, Work
from simulator.events import FAILED
from simulator.subsystems.block import BlockDevice
from simulator.subsystems.cpu import Cores
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.memory import Memory
from simulator.subsystems.platform import Hop
from simulator.subsystems.storage import Storage
from simulator.subsystems.systems import FIRMWARE_SHARE, JITTER_PERMILLE, System
from simulator.subsystems.virtualization import Hypervisor, HypervisorModel
from simulator.subsystems.virtualization.paging import LEVELS

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
    has_nested_paging: bool = True
    cpu_flags: frozenset[str] = frozenset()
    """Extensions of the instruction set, beyond what all processors have."""
    firmware_extension: bool = True
    """The firmware's switch for the extension; it counts from the next self test."""
    network_mib_s: int = 1000
    """What its network card carries, MiB per second."""
    storage: Storage = field(default_factory=lambda: Storage("disk", 1 << 30, 500))
    state: str = "off"
    state_seq: int | None = None
    disk: list[Bootable] = field(default_factory=list)
    """Bootable systems on the disk; the last one installed holds the boot slot."""
    files: list[Program] = field(default_factory=list)
    """Other programs that were copied to the disk."""
    roots: dict[str, FileTree] = field(default_factory=dict)
    """Per system that has booted: its files, which outlive a power cut."""
    features: dict[str, set[str]] = field(default_factory=dict)
    """Per system: its features that are turned on from the next boot."""
    services: list[tuple[str, Any]] = field(default_factory=list)
    """System and model of each hypervisor or engine that its boot starts again."""
    occupant: Kernel | Hypervisor | None = None
    disk_iops: int = 20_000
    """Requests that its disk takes in a second."""
    _device: BlockDevice | None = None
    cpu_permille: int = 1000
    kernel_permille: int = 1000
    exits: int = 0
    host_calls: int = 0
    walk_references: int = LEVELS

    @property
    def kernel(self) -> Kernel | None:
        """The system that programs on this machine run on, when there is one."""
        if isinstance(self.occupant, Hypervisor):
            root = self.occupant.root
            return None if root is None else root.occupant
        return self.occupant

    @property
    def block_device(self) -> BlockDevice:
        """Its disk as what reads and writes queue for; made when first asked for."""
        if self._device is None:
            self._device = BlockDevice(self.engine, self.storage.mib_s, self.disk_iops)
        return self._device

    def way(self, operation: str) -> tuple[Hop, ...]:  # noqa: ARG002
        """Return no hops: a kernel on bare hardware has the devices itself."""
        return ()

    def choose(self, name: str) -> bool:
        """Give the boot slot to another system of the disk; False: not there."""
        found = next((entry for entry in self.disk if entry.name == name), None)
        if found is None:
            return False
        self.disk.remove(found)
        self.disk.append(found)
        return True

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
        self.has_extension = self.firmware_extension
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

    def go_off(self, cause: int, outcome: str, log: str) -> int:
        """Lose power: all that runs here is gone at once, what the disk has stays."""
        seq = self.engine.record(self.name, "power_off", outcome, cause=cause, log=log)
        self.state, self.state_seq = "off", seq
        if self.occupant is not None:
            self.occupant.fall(seq)
        self.memory = Memory(self.name, self.memory.capacity_kib)
        return seq

    def _stuck(self, post: int, target: str, log: str) -> None:
        self.state_seq = self.engine.record(
            self.name, "boot", FAILED, cause=post, target=target, log=log
        )
