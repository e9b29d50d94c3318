"""Actions that change what is on a machine: power, programs, files, formats."""

from typing import TYPE_CHECKING, Any

from simulator.actions.places import (
    Arguments,
    no_file,
    no_kernel,
    not_privileged,
    places_of,
)
from simulator.engine import Work
from simulator.events import FAILED, OK
from simulator.subsystems.container import Container, ContainerEngine, EngineModel
from simulator.subsystems.files import Program
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import Handler
from simulator.subsystems.machine import Machine
from simulator.subsystems.processes import Attempt
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import Hypervisor, HypervisorModel
from simulator.world import Place, Software, World, kernel_of, root_of

if TYPE_CHECKING:
    from simulator.subsystems.processes import Attempt


def wait(world: World, arguments: Arguments, asked: int) -> Work:  # noqa: ARG001
    """Let time pass; what runs goes on."""
    yield arguments["seconds"] * 1_000_000


def power_on(world: World, arguments: Arguments, asked: int) -> Work:
    """Switch a machine on; it starts what its disk holds."""
    machine = world.machines[arguments["machine"]]
    was_on = machine.state == "on"
    yield from machine.power_on(world.make_occupant, asked)
    kernel = kernel_of(machine)
    if was_on or kernel is None or machine.state_seq is None:
        return
    if kernel.system.panic_timeout_s:
        kernel.on_panic = lambda seq: _restart_later(world, machine, kernel, seq)
    for system, model in machine.services:
        if system == kernel.system.name:
            yield from _start_service(
                world, model, model.program, kernel, machine.state_seq
            )


def _restart_later(world: World, machine: Machine, kernel: Kernel, seq: int) -> None:
    world.engine.spawn(_restart(world, machine, kernel, seq))


def _restart(world: World, machine: Machine, kernel: Kernel, seq: int) -> Work:
    """Switch a machine off and on again some time after its kernel's panic."""
    timeout = kernel.system.panic_timeout_s
    yield timeout * 1_000_000
    if machine.state == "on" and machine.kernel is kernel:
        off = machine.go_off(seq, OK, f"Rebooting in {timeout} seconds..")
        yield from power_on(world, {"machine": machine.name}, off)


def install(world: World, arguments: Arguments, asked: int) -> Work:
    """Put software onto a disk, or into a running system, where a service starts."""
    software = world.software(arguments["what"])
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if isinstance(place, Container) and not isinstance(software, Program):
            not_privileged(world, place, software, asked)
        elif kernel is not None:
            yield from _install_on_kernel(world, software, place, kernel, asked)
        elif isinstance(place, Machine):
            _install_on_disk(world, software, place, asked)
        else:
            no_kernel(world, place, asked, "install")


def _install_on_disk(
    world: World, software: Software, machine: Machine, asked: int
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
    world: World, software: Software, place: Place, kernel: Kernel, asked: int
) -> Work:
    """Write a program into the file tree; start it when it is a service."""
    if isinstance(software, Program):
        root_of(place, kernel).add(software)
        world.engine.record(
            kernel.name, "write_file", cause=asked, target=software.path
        )
        return
    if not isinstance(software, System) and software.program is not None:
        if isinstance(place, Machine):
            place.services.append((kernel.system.name, software))
        yield from _start_service(world, software, software.program, kernel, asked)
        return
    world.engine.record(
        kernel.name,
        "install",
        FAILED,
        cause=asked,
        target=software.name,
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
        service = ContainerEngine(
            model,
            kernel,
            world.mechanisms,
            world.make_kernel,
            world.store_of(model, kernel),
        )
    else:
        service = Hypervisor(model, kernel.platform, kernel, world.mechanisms)
    attempt.process.watchers.append(lambda process: service.fall(process.state_seq))
    world.installed[model.name] = service
    kernel.guests.append(service)
    service.begin(attempt.seq)


def install_libraries(world: World, arguments: Arguments, asked: int) -> Work:
    """Copy libraries into a file tree."""
    yield 0
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, "install_libraries")
            continue
        root_of(place, kernel).runtimes.add(arguments["name"])
        world.engine.record(
            kernel.name, "write_file", cause=asked, target=arguments["name"]
        )


def make_executable(world: World, arguments: Arguments, asked: int) -> Work:
    """Set the execute permission of a program's file."""
    yield 0
    path = world.programs[arguments["program"]].path
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, "chmod")
            continue
        root = root_of(place, kernel)
        if path not in root.files:
            no_file(world, kernel, path, asked, "chmod")
            continue
        root.make_executable(path)
        world.engine.record(kernel.name, "chmod", cause=asked, target=path, mode="+x")


def register_format(world: World, arguments: Arguments, asked: int) -> Work:
    """Register an interpreter for files of one format (binfmt_misc)."""
    yield 0
    path = world.programs[arguments["interpreter"]].path
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, "register_format")
            continue
        if "misc" not in kernel.loaders:
            log = "this kernel has no loader that formats can be registered with"
            world.engine.record(
                kernel.name, "register_format", FAILED, cause=asked, log=log
            )
            continue
        opened = root_of(place, kernel).files.get(path)
        if arguments["open_now"] and opened is None:
            no_file(world, kernel, path, asked, "register_format")
            continue
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


VERBS = {
    "power_on": power_on,
    "install": install,
    "install_libraries": install_libraries,
    "make_executable": make_executable,
    "register_format": register_format,
    "wait": wait,
}
