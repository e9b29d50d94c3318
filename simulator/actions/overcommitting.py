"""Actions on the memory behind guests: balloons, equal pages, and writes to them."""

from simulator.actions.places import Arguments, places_of, service_at
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine, overcommit
from simulator.world import Place, World

KIB = 1024


def set_balloon(world: World, arguments: Arguments, asked: int) -> Work:
    """Bring the balloons of virtual machines to a size."""
    for place in places_of(world, arguments["on"], asked):
        hypervisor = _owner(place)
        if hypervisor is None or not isinstance(place, VirtualMachine):
            _no_guest(world, place, asked, "set_balloon")
            continue
        kib = arguments["mib"] * KIB
        yield from overcommit.set_balloon(hypervisor, place, kib, asked)


def merge_pages(world: World, arguments: Arguments, asked: int) -> Work:
    """Look for equal pages of guests, and let them share frames (KSM)."""
    for place in places_of(world, arguments["on"], asked):
        hypervisor = service_at(place, Hypervisor)
        if hypervisor is None:
            log = "no hypervisor is running here"
            world.engine.record(place.name, "merge_pages", FAILED, cause=asked, log=log)
            continue
        yield from overcommit.merge_pages(hypervisor, asked)


def write_system(world: World, arguments: Arguments, asked: int) -> Work:
    """Let guests write over the pages of their system, as an update does."""
    yield 0
    for place in places_of(world, arguments["on"], asked):
        hypervisor = _owner(place)
        if hypervisor is None or not isinstance(place, VirtualMachine):
            _no_guest(world, place, asked, "write_system")
            continue
        overcommit.write_system(hypervisor, place, asked)


def _owner(place: Place) -> Hypervisor | None:
    """Return the hypervisor of a machine that is on."""
    if not isinstance(place, VirtualMachine) or place.state != "on":
        return None
    found = place.hypervisor
    return found if isinstance(found, Hypervisor) else None


def _no_guest(world: World, place: Place, asked: int, action: str) -> None:
    log = "there is no virtual machine that runs here"
    world.engine.record(place.name, action, FAILED, cause=asked, log=log)


VERBS = {
    "merge_pages": merge_pages,
    "set_balloon": set_balloon,
    "write_system": write_system,
}
