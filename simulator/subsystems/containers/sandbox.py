"""A kernel in user space: it answers a container's system calls itself.

To its container it is a kernel like any other, of a version of its own; to the host
it is a process that makes few system calls. Programs run on the processor as before,
only calls and device access cost more.
"""

from dataclasses import dataclass, field

from simulator.calibration import figure
from simulator.engine import Engine
from simulator.subsystems.block import BlockDevice
from simulator.subsystems.cpu import Cores
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.memory import Memory
from simulator.subsystems.platform import Hop, Platform
from simulator.subsystems.storage import Storage

CALL_OF_RUNTIME = {"runsc": "runsc_ptrace_call", "runsc-kvm": "runsc_kvm_call"}


@dataclass(slots=True)
class Sandbox:
    """What a sentry stands on: its host's processor, memory and disk."""

    name: str
    host: Kernel
    runtime: str
    state_seq: int | None = None
    exits: int = 0
    host_calls: int = 0
    has_extension: bool = False
    arch: str = field(init=False)
    engine: Engine = field(init=False)
    memory: Memory = field(init=False)
    cores: Cores = field(init=False)
    network_mib_s: int = field(init=False)
    storage: Storage = field(init=False)
    has_nested_paging: bool = field(init=False)
    cpu_flags: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Take all that its host has; its memory has accounts of its own."""
        below = self.below
        self.arch, self.engine, self.cores = below.arch, below.engine, below.cores
        self.memory = Memory(self.name, below.memory.capacity_kib, below.memory)
        self.network_mib_s, self.storage = below.network_mib_s, below.storage
        self.has_nested_paging = below.has_nested_paging
        self.cpu_flags = below.cpu_flags

    @property
    def below(self) -> Platform:
        """What its host stands on."""
        return self.host.platform

    @property
    def block_device(self) -> BlockDevice:
        """The device that the host's files lie on."""
        return self.below.block_device

    @property
    def cpu_permille(self) -> int:
        """Programs run on the processor itself."""
        return self.below.cpu_permille

    @property
    def kernel_permille(self) -> int:
        """A system call stops the program and is answered by another one."""
        own = figure(CALL_OF_RUNTIME[self.runtime])
        return self.below.kernel_permille * own // 1000

    @property
    def walk_references(self) -> int:
        """As on the host."""
        return self.below.walk_references

    def way(self, operation: str) -> tuple[Hop, ...]:
        """Devices are the host's: the sentry asks it with a system call."""
        if operation != "device":
            return self.below.way(operation)
        call = figure("system_call") * self.below.kernel_permille // 1000
        own = Hop(self.host.name, "host_call", call, calls=1)
        return (own, *self.below.way(operation))
