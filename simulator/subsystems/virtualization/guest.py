"""The boot of a guest: firmware of the virtual machine, then its kernel."""

from collections.abc import Callable

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.platform import Platform
from simulator.subsystems.systems import FIRMWARE_SHARE, JITTER_PERMILLE, System
from simulator.subsystems.virtualization.machine import VirtualMachine


def boot_guest(
    machine: VirtualMachine,
    system: System,
    disk: FileTree,
    make: Callable[[System, Platform, FileTree], Kernel],
) -> Work:
    """Start a virtual machine's firmware and the system that it finds.

    The machine's occupant is its kernel.
    """
    engine = machine.engine
    kernel = make(system, machine, disk)
    yield from machine.hypervisor.launch(machine)
    span = figure(system.boot) * FIRMWARE_SHARE // 1000
    yield engine.streams.of(machine.name).jitter(span, JITTER_PERMILLE)
    if machine.state != "on":
        return
    machine.state_seq = engine.record(
        machine.name,
        "power_on_self_test",
        cause=machine.state_seq,
        ram_kib=machine.memory.capacity_kib,
    )
    if system.arch != machine.arch:
        machine.state_seq = engine.record(
            machine.name,
            "boot",
            FAILED,
            cause=machine.state_seq,
            target=system.name,
            log=f"No bootable device: {system.arch} code on a {machine.arch} machine",
        )
        return
    machine.occupant = kernel
    yield from kernel.boot(machine.state_seq)
    machine.state_seq = kernel.state_seq
