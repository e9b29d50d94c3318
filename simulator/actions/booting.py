"""What a boot starts by itself, and what a machine does after its kernel's panic."""

from functools import partial

from simulator.actions.services import start_service
from simulator.engine import Work
from simulator.events import OK
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.machine import Machine
from simulator.subsystems.virtualization import VirtualMachine, reset
from simulator.subsystems.virtualization.snapshots import destroy
from simulator.world import World, kernel_of

Bare = Machine | VirtualMachine


def switch_on(world: World, machine: Machine, cause: int) -> Work:
    """Switch a machine on; it starts what its disk holds, and its services."""
    was_on = machine.state == "on"
    yield from machine.power_on(world.make_occupant, cause)
    if not was_on:
        yield from come_up(world, machine)


def come_up(world: World, machine: Bare) -> Work:
    """Start the services of a machine's system, now that it has booted, if it has."""
    kernel = kernel_of(machine)
    if kernel is None or machine.state_seq is None:
        return
    prepare(world, machine, kernel)
    for system, model in machine.services:
        if system == kernel.system.name:
            yield from start_service(
                world, model, model.program, kernel, machine.state_seq
            )


def prepare(world: World, machine: Bare, kernel: Kernel) -> None:
    """Let a machine do after a panic of its kernel what it is set to do."""
    kernel.on_panic = partial(_after_panic, world, machine, kernel)


def reset_machine(world: World, machine: VirtualMachine, cause: int, log: str) -> Work:
    """Start a virtual machine's system anew, and its services."""
    yield from reset(machine, world.make_kernel, cause, log)
    yield from come_up(world, machine)


def _after_panic(world: World, machine: Bare, kernel: Kernel, seq: int) -> None:
    """Do what the hypervisor was told, else what the kernel was; else hang."""
    on_crash = machine.on_crash if isinstance(machine, VirtualMachine) else "preserve"
    if on_crash == "destroy" and isinstance(machine, VirtualMachine):
        destroy(machine, seq)
    elif on_crash == "restart":
        world.engine.spawn(_restart(world, machine, kernel, seq, 0))
    elif kernel.system.panic_timeout_s:
        seconds = kernel.system.panic_timeout_s
        world.engine.spawn(_restart(world, machine, kernel, seq, seconds))


def _restart(
    world: World, machine: Bare, kernel: Kernel, seq: int, seconds: int
) -> Work:
    """Start a machine anew some time after its kernel's panic, if nobody else has."""
    yield seconds * 1_000_000
    log = f"Rebooting in {seconds} seconds.." if seconds else "reset after its panic"
    if machine.state != "on":
        return
    if isinstance(machine, VirtualMachine):
        if machine.occupant is kernel:
            yield from reset_machine(world, machine, seq, log)
    elif machine.kernel is kernel:
        off = machine.go_off(seq, OK, log)
        yield from switch_on(world, machine, off)
