"""Actions that start something: programs, virtual machines, containers."""

from dataclasses import replace

from simulator.actions.booting import come_up
from simulator.actions.places import (
    Arguments,
    no_kernel,
    not_running,
    places_of,
    service_at,
)
from simulator.actions.wishes import wish_of
from simulator.engine import Task, Work
from simulator.events import FAILED
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.containers.wishes import (
    Wish,
    as_user,
    command_of,
    words_of,
)
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.isolation import Isolation
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.network.attaching import Attachment
from simulator.subsystems.network.bridges import HOST
from simulator.subsystems.processes import Attempt
from simulator.subsystems.users import Credentials, IdRange
from simulator.subsystems.virtualization import Hypervisor, boot_guest
from simulator.subsystems.virtualization.vcpus import CpuShare
from simulator.world import KIB, Place, World, kernel_of, root_of


def execute(world: World, arguments: Arguments, asked: int) -> Work:
    """Run a program at a place."""
    program = world.programs[arguments["program"]]
    for place in places_of(world, arguments["on"], asked):
        who = (arguments["user"], arguments["groups"])
        yield from run_at(
            world, place, program, asked, cgroup=arguments["cgroup"], who=who
        )


def run_at(
    world: World,
    place: Place,
    program: Program,
    cause: int,
    *,
    cgroup: str | None = None,
    who: tuple[str, tuple[str, ...]] = ("", ()),
) -> Work:
    """Run a program at one place; what it came to is noted under its name."""
    kernel = kernel_of(place)
    if kernel is None:
        no_kernel(world, place, cause, "exec")
        return
    if isinstance(place, Container) and place.state != "running":
        not_running(world, place, "exec")
        return
    inside = place.inside if isinstance(place, Container) else None
    attempt: Attempt = yield from kernel.execute(
        program.path,
        cause=cause,
        root=root_of(place, kernel),
        place=_view(place, kernel),
        namespaces=inside.namespaces if inside else None,
        credentials=_credentials(place, kernel, *who),
        cgroup=_cgroup(place, kernel, cgroup),
        environment=place.environment if isinstance(place, Container) else None,
    )
    _note(world, program, attempt)


def _credentials(
    place: Place, kernel: Kernel, user: str, groups: tuple[str, ...]
) -> Credentials:
    """Return who runs a program: by default root, as the place has it."""
    root = kernel.superuser
    if isinstance(place, Container) and place.inside is not None:
        root = place.inside.credentials
    found = as_user(root, user)
    return replace(found, groups=frozenset(groups)) if groups else found


def _cgroup(place: Place, kernel: Kernel, path: str | None) -> Cgroup | None:
    """Return the cgroup for a program: its container's, or one of the machine."""
    if isinstance(place, Container):
        return place.cgroup
    return kernel.cgroups.make(path) if path else None


def _view(place: Place, kernel: Kernel) -> str:
    """Return whose processes they are: a container's, or the system's own."""
    return place.name if isinstance(place, Container) else kernel.platform.name


def _note(world: World, program: Program, attempt: Attempt) -> None:
    """Remember how the last attempt to run a program went."""
    seen = world.attempts[program.name]
    seen["attempts"] += 1
    process = attempt.process
    seen["errno_name"] = attempt.errno_name
    seen["loader"] = process.image.loader if process else ""
    seen["exit_status"] = process.exit_status if process else None


def start_vm(world: World, arguments: Arguments, asked: int) -> Work:
    """Create virtual machines, boot a system in each, and run a program in it."""
    tasks: list[Task] = []
    for place in places_of(world, arguments["on"], asked):
        wanted = arguments["hypervisor"]
        hypervisor = service_at(place, Hypervisor, wanted)
        if hypervisor is None:
            log = f"no hypervisor{f' {wanted}' if wanted else ''} is running here"
            because = asked if place.state_seq is None else place.state_seq
            world.engine.record(place.name, "start_vm", FAILED, cause=because, log=log)
            continue
        for _ in range(arguments["count"]):
            name = world.new_name(arguments["name"])
            work = _one_vm(world, hypervisor, name, arguments, asked)
            tasks.append(world.engine.spawn(work))
    yield from tasks


def _one_vm(
    world: World, hypervisor: Hypervisor, name: str, arguments: Arguments, asked: int
) -> Work:
    machine = hypervisor.create(
        name,
        arguments["ram_mib"] * KIB,
        asked,
        nested=arguments["nested"],
        share=CpuShare(
            arguments["vcpus"], arguments["weight"], arguments["cap_percent"]
        ),
        shows_processor=arguments["shows_processor"],
        has_balloon=arguments["balloon"],
    )
    if machine is None:
        return
    if arguments["disk_mib"] is not None:
        machine.storage.capacity_kib = arguments["disk_mib"] * KIB
    world.places.setdefault(arguments["name"], []).append(machine)
    disk = FileTree()
    disk.merge((world.programs[program] for program in arguments["programs"]), ())
    system = world.systems[arguments["system"]]
    machine.on_crash = arguments["on_crash"]
    yield from boot_guest(machine, system, disk, world.make_kernel)
    yield from come_up(world, machine)
    if arguments["run"] and machine.state_seq is not None:
        program = world.programs[arguments["run"]]
        yield from run_at(world, machine, program, machine.state_seq)


def start_container(world: World, arguments: Arguments, asked: int) -> Work:
    """Start containers of an image, each with a program."""
    tasks: list[Task] = []
    wish, boundaries = wish_of(world, arguments), _boundaries(world, arguments)
    for place in places_of(world, arguments["on"], asked):
        engine = service_at(place, ContainerEngine)
        if engine is None:
            log = "no container engine is running here"
            because = asked if place.state_seq is None else place.state_seq
            world.engine.record(
                place.name, "start_container", FAILED, cause=because, log=log
            )
            continue
        for _ in range(arguments["count"]):
            name = world.new_name(arguments["name"])
            work = _one_container(
                world, engine, name, arguments, asked, wish=wish, boundaries=boundaries
            )
            tasks.append(world.engine.spawn(work))
    yield from tasks


def _one_container(
    world: World,
    engine: ContainerEngine,
    name: str,
    arguments: Arguments,
    asked: int,
    *,
    wish: Wish,
    boundaries: tuple[Isolation, Attachment],
) -> Work:
    named = arguments["image"]
    image = yield from engine.find(world.named(named), arguments["pull"], asked)
    if image is None:
        return
    isolation, attachment = boundaries
    attempt: Attempt | None = yield from engine.start(
        name,
        image,
        wish,
        asked,
        isolation=isolation,
        limits=arguments["limits"],
        attachment=attachment,
    )
    container = next((e for e in engine.containers if e.name == name), None)
    if container is None:
        return
    world.places.setdefault(arguments["name"], []).append(container)
    program = _program_of(world, container, attempt)
    if program is not None and attempt is not None:
        _note(world, program, attempt)


def _boundaries(world: World, arguments: Arguments) -> tuple[Isolation, Attachment]:
    """Return what a container is asked to see of its host and of networks."""
    network, shared = arguments["network"], arguments["host_namespaces"]
    if network == HOST:
        shared = (*shared, "net")
    attachment = Attachment(
        network,
        internal=world.spec["networks"].get(network, {}).get("internal", False),
        ports=tuple(
            (entry["host"], entry["container"]) for entry in arguments["ports"]
        ),
    )
    offset = arguments["boottime_offset_s"]
    isolation = Isolation(
        host_namespaces=shared,
        uid_map=tuple(IdRange(**entry) for entry in arguments["uid_map"]),
        boottime_offset_us=None if offset is None else offset * 1_000_000,
    )
    return isolation, attachment


def _program_of(
    world: World, container: Container, attempt: Attempt | None
) -> Program | None:
    """Return the world's program that a container was to run, if it is one of them."""
    if attempt is not None and attempt.process is not None:
        return world.programs.get(attempt.process.program.name)
    words = words_of(container.image.config, container.wish)
    path = command_of(words, container.root)[0] if words else ""
    there = container.root.files.get(path)
    if there is not None:
        return world.programs.get(there.name)
    return next((p for p in world.programs.values() if p.path == path), None)


VERBS = {
    "exec": execute,
    "start_container": start_container,
    "start_vm": start_vm,
}
