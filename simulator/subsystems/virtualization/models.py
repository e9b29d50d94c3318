"""Hypervisor products, as they are installed."""

from dataclasses import dataclass

from simulator.subsystems.files import Program


@dataclass(frozen=True, slots=True)
class HypervisorModel:
    """A hypervisor product as installed."""

    name: str
    kind: str
    """``type-1``, ``type-2`` or ``emulator``."""
    arch: str
    """Instruction set of the processors that its machines have."""
    ram_kib: int
    """What it needs for itself, without its machines."""
    program: Program | None
    """The file that a host kernel executes; none for type 1, which boots."""
    fallback: str = "refuse"
    """Without hardware virtualization it may ``refuse``, go over to ``emulation``, or
    run user code directly and rewrite the guest's kernel (``translation``)."""
    monitor: str = "general"
    """What stands for the hardware of one machine: see ``MONITORS``."""
    platform_api: bool = False
    """It can ask a hypervisor below its host to run its machines."""
    swap_kib: int = 0
    """Swap space of a type-1 hypervisor for its guests; others use their host's."""
