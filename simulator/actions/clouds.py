"""What a cloud is asked for by its customers, and what befalls its servers."""

from collections.abc import Callable

from simulator.actions.booting import come_up
from simulator.actions.places import Arguments
from simulator.actions.starting import run_at
from simulator.engine import Task, Work
from simulator.events import FAILED
from simulator.subsystems.cloud.cloud import Cloud, Order
from simulator.subsystems.files import FileTree
from simulator.subsystems.virtualization import VirtualMachine
from simulator.world import World


def create_server(world: World, arguments: Arguments, asked: int) -> Work:
    """Ask a cloud for virtual machines of a size, with a system and a program."""
    cloud = world.clouds[arguments["cloud"]]
    tasks: list[Task] = []
    for _ in range(arguments["count"]):
        order = _order(world, arguments)
        tasks.append(world.engine.spawn(cloud.create(order, asked)))
    yield from tasks


def _order(world: World, arguments: Arguments) -> Order:
    group = arguments["name"]
    disk = FileTree()
    disk.merge((world.programs[program] for program in arguments["programs"]), ())
    return Order(
        name=world.new_name(group),
        group=group,
        size=world.flavours[arguments["flavour"]],
        system=world.systems[arguments["system"]],
        disk=disk,
        apart=arguments["apart"],
        put_to_work=_worker(world, group, arguments["run"]),
    )


def _worker(
    world: World, group: str, program: str | None
) -> Callable[[VirtualMachine], Work]:
    """Return what is done with a machine of the group as soon as it is active."""

    def work(machine: VirtualMachine) -> Work:
        members = world.places.setdefault(group, [])
        members[:] = [member for member in members if member.name != machine.name]
        members.append(machine)
        yield from come_up(world, machine)
        if program is not None and machine.state_seq is not None:
            yield from run_at(
                world, machine, world.programs[program], machine.state_seq
            )

    return work


def delete_server(world: World, arguments: Arguments, asked: int) -> Work:
    """Give a group of a cloud's virtual machines back."""
    yield 0
    cloud, group = world.clouds[arguments["cloud"]], arguments["name"]
    names = [order.name for order in cloud.orders.values() if order.group == group]
    for name in names or [group]:
        cloud.delete(name, asked)
    world.places.pop(group, None)


def fail_server(world: World, arguments: Arguments, asked: int) -> Work:
    """Let one server of a cloud lose its power."""
    yield 0
    cloud, number = world.clouds[arguments["cloud"]], arguments["number"]
    if number <= len(cloud.servers):
        cloud.fail_server(number, asked)
        return
    _no_server(cloud, number, asked)


def repair_server(world: World, arguments: Arguments, asked: int) -> Work:
    """Give a server of a cloud that has failed its power back."""
    cloud, number = world.clouds[arguments["cloud"]], arguments["number"]
    if number <= len(cloud.servers):
        yield from cloud.repair_server(number, asked)
        return
    _no_server(cloud, number, asked)


def _no_server(cloud: Cloud, number: int, asked: int) -> None:
    log = f"there are {len(cloud.servers)} servers, none is number {number}"
    cloud.engine.record(cloud.name, "find_server", FAILED, cause=asked, log=log)


VERBS = {
    "create_server": create_server,
    "delete_server": delete_server,
    "fail_server": fail_server,
    "repair_server": repair_server,
}
