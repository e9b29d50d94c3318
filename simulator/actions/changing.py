"""Actions that change what is on a machine: power, programs, files, formats."""

from typing import Any

from simulator.actions.booting import Bare, switch_on
from simulator.actions.places import (
    Arguments,
    no_file,
    no_kernel,
    not_privileged,
    places_of,
)
from simulator.actions.services import start_service
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import Container, EngineModel
from simulator.subsystems.files import Program
from simulator.subsystems.formats import formats_of, mount_formats
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import ERRNO, Handler
from simulator.subsystems.machine import Machine
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import HypervisorModel
from simulator.world import Place, Software, World, kernel_of, root_of


def wait(world: World, arguments: Arguments, asked: int) -> Work:  # noqa: ARG001
    """Let time pass; what runs goes on."""
    yield arguments["seconds"] * 1_000_000


def power_on(world: World, arguments: Arguments, asked: int) -> Work:
    """Switch a machine on; it starts what its disk holds."""
    yield from switch_on(world, world.machines[arguments["machine"]], asked)


def install(world: World, arguments: Arguments, asked: int) -> Work:
    """Put software onto a disk, or into a running system, where a service starts."""
    software = world.software(arguments["what"])
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None and isinstance(place, Machine):
            _install_on_disk(world, software, place, asked)
        elif kernel is None:
            no_kernel(world, place, asked, "install")
        elif isinstance(software, Program):
            _write_file(world, software, place, kernel, asked)
        elif isinstance(place, Container):
            not_privileged(world, place, software, asked)
        else:
            yield from _install_on_kernel(world, software, place, kernel, asked)


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


def _write_file(
    world: World, program: Program, place: Place, kernel: Kernel, asked: int
) -> None:
    """Write a program into the file tree of a place."""
    root_of(place, kernel).add(program)
    world.engine.record(kernel.name, "write_file", cause=asked, target=program.path)


def _install_on_kernel(
    world: World,
    software: System | HypervisorModel | EngineModel,
    place: Bare,
    kernel: Kernel,
    asked: int,
) -> Work:
    """Install a service for each boot and start it; a system has no place here."""
    if not isinstance(software, System) and software.program is not None:
        place.services.append((kernel.system.name, software))
        yield from start_service(world, software, software.program, kernel, asked)
        return
    world.engine.record(
        kernel.name,
        "install",
        FAILED,
        cause=asked,
        target=software.name,
        log="it takes the boot slot of a machine; a system is running on this one",
    )


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
        formats = _table(world, place, kernel, arguments, asked)
        if formats is None:
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
        formats[handler.name] = handler
        world.engine.record(
            kernel.name,
            "register_format",
            cause=asked,
            target=handler.name,
            format=handler.format,
            interpreter=path,
        )


def _table(
    world: World, place: Place, kernel: Kernel, arguments: Arguments, asked: int
) -> dict[str, Handler] | None:
    """Return the formats that one is to be added to; None when that may not be."""
    if not arguments["in_namespace"]:
        return formats_of(kernel.namespaces.user)
    inside = place.inside if isinstance(place, Container) else None
    credentials = kernel.superuser if inside is None else inside.credentials
    refused = mount_formats(credentials, kernel.system.version)
    if refused:
        world.engine.record(
            kernel.name,
            "register_format",
            FAILED,
            cause=asked,
            target=arguments["name"],
            errno=ERRNO["EPERM"],
            errno_name="EPERM",
            log=f"mount: binfmt_misc: {refused}",
        )
        return None
    return formats_of(credentials.user)


VERBS = {
    "power_on": power_on,
    "install": install,
    "install_libraries": install_libraries,
    "make_executable": make_executable,
    "register_format": register_format,
    "wait": wait,
}
