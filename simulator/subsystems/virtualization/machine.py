"""The virtual machine: a computer in software, a platform for one guest kernel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.engine import Engine, Work
from simulator.mechanisms import Value
from simulator.subsystems.block import BlockDevice
from simulator.subsystems.cpu import Cores
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.memory import Memory, Victim
from simulator.subsystems.pages import CLUSTER_KIB
from simulator.subsystems.platform import Hop, Platform
from simulator.subsystems.storage import Storage
from simulator.subsystems.virtualization.memory import GuestMemory


class Monitor(Protocol):
    """A hypervisor, as its machines know it."""

    below: Platform
    host: Kernel | None
    mechanisms: Mapping[str, Value]
    machines: list["VirtualMachine"]

    @property
    def name(self) -> str:
        """The product's name."""

    def cpu_permille(self, assist: str) -> int:
        """CPU time of guest programs, in thousandths of the bare machine's."""

    def kernel_permille(self, assist: str) -> int:
        """CPU time of guest kernels, in thousandths of the bare machine's."""

    def walk_references(self, assist: str) -> int:
        """Memory references of one page walk in a guest."""

    def launch(self, machine: "VirtualMachine") -> Work:
        """Start the program that stands for a machine's hardware."""

    def end(self, machine: "VirtualMachine", seq: int) -> None:
        """Free what a machine had: what ran it has ended, by event ``seq``."""

    def empty(self, machine: "VirtualMachine") -> None:
        """Forget what was in a machine's memory: its guest starts anew."""

    def bring_back(self, machine: "VirtualMachine", kib: int) -> None:
        """Bring pages of a guest back from swap, as far as there is room."""

    def give_up(self, machine: "VirtualMachine") -> None:
        """Have a machine no longer: it goes on elsewhere, or is no more."""

    def exit(self, ns: int) -> list[Hop]:
        """Return what one exit goes through until it is handled."""

    def victims(self) -> Sequence[Victim]:
        """What of it can be killed for memory."""

    def way(self, operation: str, assist: str) -> tuple[Hop, ...]:
        """What one operation of a guest goes through beyond the guest's kernel."""


@dataclass(slots=True)
class VirtualMachine:
    """A computer in software: on, crashed with its kernel, or off."""

    name: str
    arch: str
    engine: Engine
    memory: Memory
    cores: Cores
    hypervisor: Monitor
    assist: str
    """How guest code runs: ``hardware``, ``platform-api``, ``translation``,
    ``emulation``; ``root`` for the partition that owns the devices."""
    state_seq: int | None
    has_extension: bool
    """Hardware virtualization is exposed to this guest."""
    has_nested_paging: bool
    cpu_flags: frozenset[str] = frozenset()
    """Extensions of the instruction set that its guest sees."""
    state: str = "on"
    exits: int = 0
    host_calls: int = 0
    occupant: Kernel | None = None
    services: list[tuple[str, Any]] = field(default_factory=list)
    """System and model of each hypervisor or engine that its boot starts again."""
    on_crash: str = "preserve"
    """What its hypervisor does when its kernel panics: ``preserve`` (nothing),
    ``restart`` or ``destroy``."""
    behind_us: int = 0
    """How far its clock is behind: a copy goes on at the moment it was saved."""
    identity: str = field(init=False)
    """What its machine-id was drawn from."""
    randomness: str = field(init=False)
    """What its next random numbers depend on."""
    network_mib_s: int = field(init=False)
    storage: Storage = field(init=False)
    """Its disk: a file of its host that grows as it is written."""

    def __post_init__(self) -> None:
        """Give it a network, and a disk as large as its host's with nothing on it."""
        self.identity = self.randomness = self.name
        self.network_mib_s = self.hypervisor.below.network_mib_s
        below = self.hypervisor.below.storage
        self.storage = Storage(self.name, below.capacity_kib, below.mib_s, below)

    @property
    def block_device(self) -> BlockDevice:
        """The device that its virtual disks lie on."""
        return self.hypervisor.below.block_device

    @property
    def cpu_permille(self) -> int:
        """Time for CPU work here in thousandths of the bare machine's."""
        return self.hypervisor.cpu_permille(self.assist)

    @property
    def kernel_permille(self) -> int:
        """The same for code of the guest's kernel."""
        return self.hypervisor.kernel_permille(self.assist)

    @property
    def walk_references(self) -> int:
        """Memory references of one page walk."""
        return self.hypervisor.walk_references(self.assist)

    def touch(self, kib: int) -> Work:
        """Let the guest use so much of its memory: what was swapped out comes back.

        It is the host's swap: the guest's kernel knows nothing of it, only its
        programs stand still.
        """
        memory = self.memory
        if not isinstance(memory, GuestMemory) or not memory.swapped_kib:
            return
        back = min(memory.swapped_kib, kib * memory.swapped_kib // memory.used_kib)
        yield from self.block_device.move(back, -(-back // CLUSTER_KIB))
        self.hypervisor.bring_back(self, back)

    def fall(self, seq: int) -> None:
        """Stop without warning: what runs this machine is gone, by event ``seq``."""
        self.state, self.state_seq = "off", seq
        if self.occupant is not None:
            self.occupant.fall(seq)

    def way(self, operation: str) -> tuple[Hop, ...]:
        """What one operation goes through beyond the guest's kernel."""
        return self.hypervisor.way(operation, self.assist)
