"""What a kernel stands on: bare hardware, or a virtual machine that looks like it."""

from typing import Protocol

from simulator.engine import Cores, Engine
from simulator.subsystems.memory import Memory


class Platform(Protocol):
    """Processor, memory and devices as a kernel finds them."""

    name: str
    arch: str
    engine: Engine
    memory: Memory
    cores: Cores
    """The physical cores at the bottom; all levels queue for the same ones."""
    cpu_permille: int
    """Time for CPU work here in thousandths of the bare machine's."""
    operation_ns: int
    """What one device operation costs beyond the kernel's own system call."""
    exits: int
    """How often this platform's guest code had to leave for a hypervisor."""
    exits_per_operation: int
    has_extension: bool
    """Hardware virtualization (VT-x, AMD-V) can be used from here."""
    state_seq: int | None
    """The event that put this platform into its present state."""
