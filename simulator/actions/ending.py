"""Actions that end something, or ask it to: signals, a container's stop."""

from collections.abc import Iterator

from simulator.actions.places import Arguments, no_kernel, not_running, places_of
from simulator.engine import Task, Work
from simulator.events import FAILED
from simulator.subsystems.container import Container
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.processes import Process
from simulator.world import Place, World, kernel_of


def signal(world: World, arguments: Arguments, asked: int) -> Work:
    """Send a signal, as the host's root, to a program's processes at a place."""
    yield 0
    name, program = arguments["signal"], arguments["program"]
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, "signal")
            continue
        targets = list(_targets(place, kernel, program))
        for process in targets:
            kernel.signal(process, name, asked)
        if not targets:
            _nobody(world, place, "signal", asked)


def kernel_bug(world: World, arguments: Arguments, asked: int) -> Work:
    """Let a kernel run into a bug: in a program's system call, or in an interrupt."""
    yield 0
    program = arguments["program"]
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, "kernel_bug")
            continue
        if program is None:
            kernel.bug(None, asked)
            continue
        process = next(_targets(place, kernel, program), None)
        if process is None:
            _nobody(world, place, "kernel_bug", asked)
        else:
            kernel.bug(process, asked)


def _nobody(world: World, place: Place, action: str, asked: int) -> None:
    """Record that no such process is there."""
    world.engine.record(
        place.name,
        action,
        FAILED,
        cause=asked if place.state_seq is None else place.state_seq,
        errno=ERRNO["ESRCH"],
        errno_name="ESRCH",
        log="kill: No such process",
    )


def _targets(place: Place, kernel: Kernel, program: str | None) -> Iterator[Process]:
    """Go through the processes that are meant; of a container, its main one."""
    if program is None:
        main = place.main if isinstance(place, Container) else kernel.init
        if main is not None and main.alive:
            yield main
        return
    view = place.name if isinstance(place, Container) else kernel.platform.name
    for process in list(kernel.processes):
        if process.alive and (process.place, process.program.name) == (view, program):
            yield process


def stop_container(world: World, arguments: Arguments, asked: int) -> Work:
    """Stop containers: SIGTERM, and after a time of grace SIGKILL."""
    tasks: list[Task] = []
    grace_us = arguments["grace_s"] * 1_000_000
    for place in places_of(world, arguments["on"], asked):
        if not isinstance(place, Container):
            log = f"no such container: {place.name}"
            world.engine.record(
                place.name, "stop_container", FAILED, cause=asked, log=log
            )
        elif place.state != "running":
            not_running(world, place, "stop_container")
        else:
            tasks.append(world.engine.spawn(place.stop(grace_us, asked)))
    yield from tasks


VERBS = {
    "kernel_bug": kernel_bug,
    "signal": signal,
    "stop_container": stop_container,
}
