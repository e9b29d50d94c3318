"""Saving a machine with all that is in it, and making machines from what was saved.

A copy is the machine as it was: its memory, its files, its clock, and whatever made it
one of its kind. Two copies have the same machine-id and would draw the same random
numbers, unless the guest's kernel is told of it (the VM generation ID) and knows what
to do then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.families import reaches
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import Image
from simulator.subsystems.memory import OutOfMemoryError
from simulator.subsystems.platform import Platform
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization.machine import VirtualMachine

MakeKernel = Callable[[System, Platform, FileTree], Kernel]

GENERATION_ID: Mapping[str, str] = {"linux": "5.18", "nt": "6.2"}
"""Per family: the version that draws new random numbers when it learns of a copy."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A machine as it was at one moment."""

    name: str
    system: System
    root: FileTree
    ram_kib: int
    images: tuple[Image, ...]
    """The programs that were running, in the order of their start."""
    identity: str
    randomness: str
    taken_us: int


def save(machine: VirtualMachine, name: str, cause: int) -> Work:
    """Stop a machine, write down all that it is, and let it go on.

    The result is the ``Snapshot``; None when there is nothing to save.
    """
    kernel, engine = machine.occupant, machine.engine
    if machine.state != "on" or kernel is None or kernel.state != "running":
        log = "the guest is not running"
        engine.record(
            machine.hypervisor.name,
            "snapshot",
            FAILED,
            cause=cause,
            target=machine.name,
            log=log,
        )
        return None
    machine.cores.freeze(frozen=True)
    yield figure("vm_save")
    yield from machine.block_device.move(machine.memory.used_kib)
    machine.cores.freeze(frozen=False)
    engine.record(
        machine.hypervisor.name,
        "snapshot",
        cause=cause,
        target=machine.name,
        kib=machine.memory.used_kib,
    )
    return Snapshot(
        name,
        kernel.system,
        kernel.root.copy(name),
        machine.memory.capacity_kib,
        tuple(p.image for p in kernel.processes if p.running),
        machine.identity,
        machine.randomness,
        engine.now,
    )


def restore(
    machine: VirtualMachine, snapshot: Snapshot, make: MakeKernel, cause: int
) -> Work:
    """Go on in a new machine where a saved one stopped: no firmware, no boot."""
    engine = machine.engine
    hypervisor = machine.hypervisor
    yield from hypervisor.launch(machine)
    yield figure("vm_restore")
    if machine.state != "on":
        return
    seq = engine.record(
        hypervisor.name,
        "restore",
        cause=machine.state_seq or cause,
        target=machine.name,
        snapshot=snapshot.name,
    )
    machine.state_seq = seq
    machine.identity, machine.randomness = snapshot.identity, snapshot.randomness
    machine.behind_us = engine.now - snapshot.taken_us
    kernel = make(snapshot.system, machine, snapshot.root)
    machine.occupant = kernel
    try:
        yield from kernel.resume(snapshot.images, seq)
    except OutOfMemoryError as error:
        kernel.panic(f"out of memory ({error})", seq)
        return
    _tell(machine, kernel, seq)


def destroy(machine: VirtualMachine, cause: int) -> None:
    """Switch a machine off and forget what was in its memory."""
    hypervisor = machine.hypervisor
    seq = machine.engine.record(
        hypervisor.name, "destroy_vm", cause=cause, target=machine.name
    )
    hypervisor.end(machine, seq)


def _tell(machine: VirtualMachine, kernel: Kernel, seq: int) -> None:
    """Let the guest's kernel know that it is a copy, if there is a way to."""
    if machine.hypervisor.mechanisms["vm.generation_id"] != "told":
        return
    family, version = kernel.system.family, kernel.system.version
    since = GENERATION_ID.get(family)
    if since is None or not reaches(version, since):
        return
    machine.randomness = machine.name
    machine.engine.record(
        kernel.name,
        "reseed",
        cause=seq,
        target=machine.name,
        log="random: crng reseeded due to virtual machine fork",
    )
