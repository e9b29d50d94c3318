"""What a kernel stands on: bare hardware, or a virtual machine that looks like it."""

from typing import NamedTuple, Protocol

from simulator.engine import Engine
from simulator.subsystems.block import BlockDevice
from simulator.subsystems.cpu import Cores
from simulator.subsystems.memory import Memory
from simulator.subsystems.storage import Storage


class Hop(NamedTuple):
    """One step on the way of an operation that leaves a guest."""

    actor: str
    action: str
    ns: int
    exits: int = 0
    """Exits from guest code, at this and all lower levels."""
    calls: int = 0
    """System calls of a host on behalf of a guest."""


class Platform(Protocol):
    """Processor, memory and devices as a kernel finds them."""

    name: str
    arch: str
    engine: Engine
    memory: Memory
    cores: Cores
    """The physical cores at the bottom; all levels queue for the same ones."""
    network_mib_s: int
    """What its network carries, MiB per second."""
    storage: Storage
    """The disk; a virtual machine's is a file on its host's."""
    exits: int
    """How often this platform's guest code had to leave for a hypervisor."""
    host_calls: int
    """System calls that a host made for this platform's guest."""
    has_extension: bool
    """Hardware virtualization (VT-x, AMD-V) can be used from here."""
    has_nested_paging: bool
    """The processor walks the tables of a guest and of its host (EPT, NPT)."""
    cpu_flags: frozenset[str]
    """Extensions of the instruction set that programs here see."""
    state_seq: int | None
    """The event that put this platform into its present state."""

    @property
    def block_device(self) -> BlockDevice:
        """What files and swap lie on; all levels queue for the same one."""

    @property
    def cpu_permille(self) -> int:
        """Time for CPU work here in thousandths of the bare machine's."""

    @property
    def kernel_permille(self) -> int:
        """The same for code of the kernel that stands on this platform."""

    @property
    def walk_references(self) -> int:
        """Memory references of one page walk."""

    def way(self, operation: str) -> tuple[Hop, ...]:
        """What one operation goes through beyond the kernel: see ``OPERATIONS``."""


OPERATIONS = ("device", "privileged", "page_fault")
"""What may take a guest out of its own world: access to a device, an instruction
that only a hypervisor carries out, the first touch of a page."""

CPU_FLAGS = ("aes", "avx2", "avx512f", "sve")
"""Extensions of an instruction set that a processor may have."""
