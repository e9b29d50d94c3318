"""Actions on machines that run: what they get of the processor."""

from simulator.actions.places import Arguments, places_of
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.virtualization import VirtualMachine
from simulator.subsystems.virtualization.vcpus import cap
from simulator.world import World


def set_cpu(world: World, arguments: Arguments, asked: int) -> Work:
    """Change the weight or the cap of virtual machines on the processor's cores."""
    yield 0
    for place in places_of(world, arguments["on"], asked):
        if not isinstance(place, VirtualMachine):
            world.engine.record(
                place.name, "set_cpu", FAILED, cause=asked, log="no virtual machine"
            )
            continue
        detail = {}
        if arguments["weight"] is not None:
            place.cores.group.weight = detail["weight"] = arguments["weight"]
        if arguments["cap_percent"] is not None:
            cap(place.cores, arguments["cap_percent"])
            detail["cap_percent"] = arguments["cap_percent"]
        place.cores.change()
        world.engine.record(
            place.hypervisor.name, "set_cpu", cause=asked, target=place.name, **detail
        )


VERBS = {"set_cpu": set_cpu}
