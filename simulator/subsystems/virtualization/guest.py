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
    kernel = make(system, machine, disk)
    yield from machine.hypervisor.launch(machine)
    yield from _start_up(machine, kernel)


def reset(
    machine: VirtualMachine,
    make: Callable[[System, Platform, FileTree], Kernel],
    cause: int,
    log: str,
) -> Work:
    """Press the reset button of a machine: firmware and system start anew.

    What its memory had is gone, what its disk has stays; its monitor runs on. A
    machine whose firmware has not come to a system yet goes on with that.
    """
    before = machine.occupant
    if before is None:
        return
    seq = machine.engine.record(machine.name, "reset", cause=cause, log=log)
    machine.state_seq, machine.occupant = seq, None
    before.fall(seq)
    machine.hypervisor.empty(machine)
    yield from _start_up(machine, make(before.system, machine, before.root))


def _start_up(machine: VirtualMachine, kernel: Kernel) -> Work:
    """Go through the stages of a boot, from the firmware's self test on."""
    engine, system = machine.engine, kernel.system
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
