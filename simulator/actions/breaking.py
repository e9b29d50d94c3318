"""Actions that break something: a kernel or a hypervisor runs into a bug of its own."""

from simulator.actions.places import Arguments, no_kernel, places_of
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import Container
from simulator.subsystems.machine import Machine
from simulator.subsystems.virtualization import Hypervisor
from simulator.world import World, kernel_of

BUG = "Fatal exception in interrupt"


def crash(world: World, arguments: Arguments, asked: int) -> Work:
    """Let the kernel below a place, or a type-1 hypervisor, run into a bug."""
    yield 0
    for place in places_of(world, arguments["on"], asked):
        kernel = place.kernel if isinstance(place, Container) else kernel_of(place)
        if kernel is not None and kernel.state == "running":
            kernel.panic(BUG, asked)
        elif isinstance(place, Machine) and isinstance(place.occupant, Hypervisor):
            _stop(place, place.occupant, asked)
        else:
            no_kernel(world, place, asked, "crash")


def _stop(machine: Machine, hypervisor: Hypervisor, asked: int) -> None:
    """Record the death of a hypervisor, which is that of all its machines."""
    seq = machine.engine.record(
        hypervisor.name,
        "panic",
        FAILED,
        cause=asked,
        target=machine.name,
        log=f"hypervisor halted: {BUG}",
    )
    hypervisor.fall(seq)


VERBS = {"crash": crash}
