"""Windows on its own hypervisor: the system becomes the root partition of it.

Features such as WSL2 have the boot loader start the hypervisor first. It takes the
processor's extension; the system that the user sees is its first machine, with all
devices, and programs there can only ask it to run machines for them.
"""

from collections.abc import Collection

from simulator.engine import Work
from simulator.subsystems.platform import Platform
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization.machine import Monitor, VirtualMachine

NEEDS_HYPERVISOR = (
    "hyper-v",
    "wsl2",
    "virtual-machine-platform",
    "credential-guard",
    "sandbox",
)
"""Features of Windows that have its boot loader start the hypervisor."""
LAUNCH = "hypervisor-launch"
"""The boot loader's own setting; off, no feature brings the hypervisor up."""
FEATURES = (*NEEDS_HYPERVISOR, LAUNCH)


def launches(
    system: System, features: Collection[str], below: Platform, mechanism: object
) -> bool:
    """Return whether the boot loader of a system starts its hypervisor first."""
    return (
        bool(system.hypervisor)
        and mechanism == "partition"
        and LAUNCH in features
        and any(feature in features for feature in NEEDS_HYPERVISOR)
        and below.has_extension
    )


def root_partition(monitor: Monitor) -> VirtualMachine:
    """Return the partition that owns the devices of the machine below."""
    below = monitor.below
    return VirtualMachine(
        name=f"{below.name}-root",
        arch=below.arch,
        engine=below.engine,
        memory=below.memory,
        cores=below.cores,
        hypervisor=monitor,
        assist="root",
        state_seq=None,
        has_extension=False,
        has_nested_paging=below.has_nested_paging,
        cpu_flags=below.cpu_flags,
    )


def boot_root(root: VirtualMachine, hypervisor: str, cause: int | None) -> Work:
    """Boot the system of the root partition, once the hypervisor is in place."""
    root.state_seq = root.engine.record(
        hypervisor, "create_vm", cause=cause, target=root.name, assist="root"
    )
    if root.occupant is not None:
        yield from root.occupant.boot(root.state_seq)
        root.state_seq = root.occupant.state_seq
