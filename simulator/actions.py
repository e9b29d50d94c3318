"""What an operator can do in a plan: one function per verb of the language."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.calibration import figure
from simulator.engine import Task, Work
from simulator.events import ASKED, FAILED
from simulator.subsystems.container import Container, ContainerEngine, EngineModel
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.hypervisor import (
    Hypervisor,
    HypervisorModel,
    boot_guest,
)
from simulator.subsystems.kernel import Attempt, Kernel, Process, System
from simulator.subsystems.loaders import Handler
from simulator.subsystems.machine import Machine
from simulator.world import KIB, Place, World, kernel_of, root_of

OPERATOR = "operator"
Arguments = Mapping[str, Any]
Verb = Callable[[World, Arguments, int], Work]


def carry_out(world: World, plan: tuple[tuple[str, Arguments], ...]) -> Work:
    """Do the actions of a plan one after the other; a failure stops none of them."""
    for verb, arguments in plan:
        target = arguments.get("on") or arguments.get("machine") or ""
        what = next((arguments[key] for key in _SUBJECTS if arguments.get(key)), target)
        detail = {"on": target} if target not in {"", what} else {}
        asked = world.engine.record(OPERATOR, verb, ASKED, target=what, **detail)
        yield from VERBS[verb](world, arguments, asked)


_SUBJECTS = ("what", "program", "name", "machine")


def _places(world: World, name: str, cause: int) -> list[Place]:
    """Return the parts that a plan's ``on`` names; record it when there are none."""
    places = world.places.get(name, [])
    if not places:
        world.engine.record(
            name, "find", FAILED, cause=cause, log=f"nothing called {name} is there"
        )
    return places


def _no_kernel(world: World, place: Place, cause: int, action: str) -> None:
    """Record that no operating system runs there; its cause is why that is so."""
    log = "no operating system is running here that could do it"
    because = cause if place.state_seq is None else place.state_seq
    world.engine.record(place.name, action, FAILED, cause=because, log=log)


def _power_on(world: World, arguments: Arguments, asked: int) -> Work:
    machine = world.machines[arguments["machine"]]
    yield from machine.power_on(world.make_occupant, asked)


def _install(world: World, arguments: Arguments, asked: int) -> Work:
    software = world.software(arguments["what"])
    for place in _places(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is not None:
            yield from _install_on_kernel(world, software, place, kernel, asked)
        elif isinstance(place, Machine):
            _install_on_disk(world, software, place, asked)
        else:
            _no_kernel(world, place, asked, "install")


def _install_on_disk(
    world: World, software: object, machine: Machine, asked: int
) -> None:
    """Copy to the disk of a machine; what can boot takes the boot slot."""
    bootable: Any = software
    if isinstance(software, System) or (
        isinstance(software, HypervisorModel) and software.program is None
    ):
        machine.disk.append(bootable)
        world.engine.record(
            machine.name, "write_disk", cause=asked, target=bootable.name, boots=True
        )
        return
    program = software if isinstance(software, Program) else bootable.program
    machine.files.append(program)
    world.engine.record(
        machine.name, "write_disk", cause=asked, target=program.name, boots=False
    )


def _install_on_kernel(
    world: World, software: object, place: Place, kernel: Kernel, asked: int
) -> Work:
    """Write a program into the file tree; start it when it is a service."""
    if isinstance(software, Program):
        root_of(place, kernel).add(software)
        world.engine.record(
            kernel.name, "write_file", cause=asked, target=software.path
        )
        return
    if isinstance(software, HypervisorModel | EngineModel) and software.program:
        yield from _start_service(world, software, software.program, kernel, asked)
        return
    world.engine.record(
        kernel.name,
        "install",
        FAILED,
        cause=asked,
        target=getattr(software, "name", ""),
        log="it takes the boot slot of a machine; a system is running on this one",
    )


def _start_service(
    world: World,
    model: HypervisorModel | EngineModel,
    program: Program,
    kernel: Kernel,
    asked: int,
) -> Work:
    kernel.root.add(program)
    attempt: Attempt = yield from kernel.execute(program.path, cause=asked)
    if attempt.process is None or not attempt.process.running:
        return
    service: Hypervisor | ContainerEngine
    if isinstance(model, EngineModel):
        service = ContainerEngine(model, kernel, world.mechanisms, world.make_kernel)
    else:
        service = Hypervisor(model, kernel.platform, kernel, world.mechanisms)
    world.installed[model.name] = service
    kernel.guests.append(service)
    service.begin(attempt.seq)


def _install_libraries(world: World, arguments: Arguments, asked: int) -> Work:
    yield 0
    for place in _places(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            _no_kernel(world, place, asked, "install_libraries")
            continue
        root_of(place, kernel).runtimes.add(arguments["name"])
        world.engine.record(
            kernel.name, "write_file", cause=asked, target=arguments["name"]
        )


def _make_executable(world: World, arguments: Arguments, asked: int) -> Work:
    yield 0
    path = world.programs[arguments["program"]].path
    for place in _places(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None or path not in root_of(place, kernel).files:
            _no_kernel(world, place, asked, "chmod")
            continue
        root_of(place, kernel).make_executable(path)
        world.engine.record(kernel.name, "chmod", cause=asked, target=path, mode="+x")


def _register_format(world: World, arguments: Arguments, asked: int) -> Work:
    yield 0
    path = world.programs[arguments["interpreter"]].path
    for place in _places(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            _no_kernel(world, place, asked, "register_format")
            continue
        opened = root_of(place, kernel).files.get(path)
        handler = Handler(
            arguments["name"],
            arguments["format"],
            arguments["arch"],
            path,
            opened if arguments["open_now"] else None,
        )
        kernel.register(handler)
        world.engine.record(
            kernel.name,
            "register_format",
            cause=asked,
            target=handler.name,
            format=handler.format,
            interpreter=path,
        )


def _exec(world: World, arguments: Arguments, asked: int) -> Work:
    program = world.programs[arguments["program"]]
    for place in _places(world, arguments["on"], asked):
        yield from _run_at(world, place, program, asked)


def _run_at(world: World, place: Place, program: Program, cause: int) -> Work:
    kernel = kernel_of(place)
    if kernel is None:
        _no_kernel(world, place, cause, "exec")
        return
    attempt: Attempt = yield from kernel.execute(
        program.path, cause=cause, root=root_of(place, kernel), place=place.name
    )
    _note(world, program, attempt)


def _note(world: World, program: Program, attempt: Attempt) -> None:
    """Remember how the last attempt to run a program went."""
    seen = world.attempts[program.name]
    seen["attempts"] += 1
    process = attempt.process
    seen["errno_name"] = attempt.errno_name
    seen["loader"] = process.image.loader if process else ""
    seen["exit_status"] = process.exit_status if process else None


def _start_vm(world: World, arguments: Arguments, asked: int) -> Work:
    tasks: list[Task] = []
    for place in _places(world, arguments["on"], asked):
        hypervisor = _service_at(place, Hypervisor)
        if hypervisor is None:
            log = "no hypervisor is running here"
            because = asked if place.state_seq is None else place.state_seq
            world.engine.record(place.name, "start_vm", FAILED, cause=because, log=log)
            continue
        for number in range(arguments["count"]):
            name = f"{arguments['name']}-{number + 1}"
            work = _one_vm(world, hypervisor, name, arguments, asked)
            tasks.append(world.engine.spawn(work))
    for task in tasks:
        yield task


def _one_vm(
    world: World, hypervisor: Hypervisor, name: str, arguments: Arguments, asked: int
) -> Work:
    machine = hypervisor.create(name, arguments["ram_mib"] * KIB, asked)
    if machine is None:
        return
    world.places.setdefault(arguments["name"], []).append(machine)
    disk = FileTree()
    disk.merge((world.programs[program] for program in arguments["programs"]), ())
    system = world.systems[arguments["system"]]
    yield from boot_guest(machine, system, disk, world.make_kernel)
    if arguments["run"] and machine.state_seq is not None:
        program = world.programs[arguments["run"]]
        yield from _run_at(world, machine, program, machine.state_seq)


def _start_container(world: World, arguments: Arguments, asked: int) -> Work:
    tasks: list[Task] = []
    for place in _places(world, arguments["on"], asked):
        engine = _service_at(place, ContainerEngine)
        if engine is None:
            log = "no container engine is running here"
            because = asked if place.state_seq is None else place.state_seq
            world.engine.record(
                place.name, "start_container", FAILED, cause=because, log=log
            )
            continue
        for number in range(arguments["count"]):
            name = f"{arguments['name']}-{number + 1}"
            work = _one_container(world, engine, name, arguments, asked)
            tasks.append(world.engine.spawn(work))
    for task in tasks:
        yield task


def _one_container(
    world: World, engine: ContainerEngine, name: str, arguments: Arguments, asked: int
) -> Work:
    program = world.programs[arguments["run"]]
    image = world.images[arguments["image"]]
    attempt: Attempt = yield from engine.start(name, image, program.path, asked)
    container = next(entry for entry in engine.containers if entry.name == name)
    world.places.setdefault(arguments["name"], []).append(container)
    _note(world, program, attempt)


def _service_at(place: Place, kind: type[Any]) -> Any:
    """Return the running hypervisor or engine of a place, if it has one."""
    if isinstance(place, Container):
        return None
    occupant = place.occupant
    found: list[object] = [occupant]
    if isinstance(occupant, Kernel):
        found = occupant.guests
    return next(
        (
            service
            for service in found
            if isinstance(service, kind) and service.state == "running"
        ),
        None,
    )


def _load(world: World, arguments: Arguments, asked: int) -> Work:
    """Send requests to every running process of a program, all at once."""
    name = arguments["program"]
    processes = list(world.processes(name))
    if not processes:
        log = f"connection refused: no process of {name} is running"
        world.engine.record(name, "serve", FAILED, cause=asked, log=log)
        return
    tasks = [
        world.engine.spawn(_serve(world, process, arguments["requests"], asked))
        for process in processes
    ]
    for task in tasks:
        yield task


def _serve(world: World, process: Process, requests: int, asked: int) -> Work:
    """Work off the requests; each costs CPU time and device operations."""
    platform = process.kernel.platform
    binary, program = process.image.binary, process.program
    operation = (
        figure("system_call") * platform.cpu_permille // 1000
        + platform.operation_ns
        + process.operation_ns
    )
    nanoseconds = program.cpu_us * platform.cpu_permille
    nanoseconds += program.operations * operation
    span = max(1, requests * nanoseconds // 1000)
    began = world.engine.now
    yield from platform.cores.use(span)
    exits = requests * program.operations * platform.exits_per_operation
    platform.exits += exits
    process.served += requests
    mean_ns = (world.engine.now - began) * 1000 // requests
    world.request_us[program.name].append(mean_ns)
    world.engine.record(
        process.kernel.name,
        "serve",
        cause=process.start_seq if process.start_seq is not None else asked,
        target=program.path,
        place=process.place,
        binary=binary.name,
        requests=requests,
        mean_request_ns=mean_ns,
        exits=exits,
    )


VERBS: Mapping[str, Verb] = {
    "power_on": _power_on,
    "install": _install,
    "install_libraries": _install_libraries,
    "make_executable": _make_executable,
    "register_format": _register_format,
    "start_vm": _start_vm,
    "start_container": _start_container,
    "exec": _exec,
    "load": _load,
}
