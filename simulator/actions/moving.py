"""Actions on whole virtual machines: move, save, restore, switch off."""

from simulator.actions.booting import prepare, reset_machine
from simulator.actions.places import Arguments, places_of, service_at
from simulator.engine import Task, Work
from simulator.events import FAILED
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine
from simulator.subsystems.virtualization.migration import Terms, migrate
from simulator.subsystems.virtualization.snapshots import destroy, restore, save
from simulator.world import Place, World


def move_vm(world: World, arguments: Arguments, asked: int) -> Work:
    """Move running virtual machines to another server (live migration)."""
    targets = places_of(world, arguments["to"], asked)
    target = service_at(targets[0], Hypervisor) if targets else None
    if target is None:
        log = f"no hypervisor is running on {arguments['to']}"
        world.engine.record(arguments["to"], "migrate", FAILED, cause=asked, log=log)
        return
    for place in places_of(world, arguments["on"], asked):
        if not isinstance(place, VirtualMachine):
            _no_machine(world, place, asked, "migrate")
            continue
        wanted = arguments["mib_s"]
        between = (place.network_mib_s, target.below.network_mib_s)
        terms = Terms(
            mib_s=min(*between, *([wanted] if wanted else [])),
            downtime_us=arguments["downtime_ms"] * 1000,
            auto_converge=arguments["auto_converge"],
            checks_processor=arguments["checks_processor"],
        )
        yield from migrate(place, target, terms, asked)


def _no_machine(world: World, place: Place, asked: int, action: str) -> None:
    log = "there is no virtual machine that runs here"
    world.engine.record(place.name, action, FAILED, cause=asked, log=log)


def snapshot(world: World, arguments: Arguments, asked: int) -> Work:
    """Save a virtual machine with its memory, its files and its clock."""
    for place in places_of(world, arguments["on"], asked):
        if not isinstance(place, VirtualMachine):
            _no_machine(world, place, asked, "snapshot")
            continue
        saved = yield from save(place, arguments["name"], asked)
        if saved is not None:
            world.snapshots[saved.name] = saved


def restore_vm(world: World, arguments: Arguments, asked: int) -> Work:
    """Make virtual machines from a saved one; they go on where it was."""
    saved = world.snapshots.get(arguments["snapshot"])
    if saved is None:
        name = arguments["snapshot"]
        log = f"there is no snapshot {name}"
        world.engine.record(name, "restore", FAILED, cause=asked, log=log)
        return
    for place in places_of(world, arguments["on"], asked):
        hypervisor = service_at(place, Hypervisor, arguments["hypervisor"])
        if hypervisor is None:
            log = "no hypervisor is running here"
            world.engine.record(place.name, "restore", FAILED, cause=asked, log=log)
            continue
        for _ in range(arguments["count"]):
            name = world.new_name(arguments["name"])
            machine = hypervisor.create(name, saved.ram_kib, asked)
            if machine is None:
                continue
            world.places.setdefault(arguments["name"], []).append(machine)
            yield from restore(machine, saved, world.make_kernel, asked)
            if machine.occupant is not None:
                prepare(world, machine, machine.occupant)


def stop_vm(world: World, arguments: Arguments, asked: int) -> Work:
    """Switch virtual machines off at once; what is in their memory is gone."""
    yield 0
    for place in places_of(world, arguments["on"], asked):
        if not isinstance(place, VirtualMachine) or place.state != "on":
            _no_machine(world, place, asked, "stop_vm")
            continue
        destroy(place, asked)


def reset_vm(world: World, arguments: Arguments, asked: int) -> Work:
    """Press the reset button of virtual machines, whose systems boot again."""
    tasks: list[Task] = []
    for place in places_of(world, arguments["on"], asked):
        if not isinstance(place, VirtualMachine) or place.state != "on":
            _no_machine(world, place, asked, "reset_vm")
            continue
        work = reset_machine(world, place, asked, "reset by its hypervisor")
        tasks.append(world.engine.spawn(work))
    yield from tasks


VERBS = {
    "reset_vm": reset_vm,
    "migrate": move_vm,
    "restore_vm": restore_vm,
    "snapshot": snapshot,
    "stop_vm": stop_vm,
}
