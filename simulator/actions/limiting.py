"""Actions on cgroups: set their limits, hold their processes, let them go on."""

from collections.abc import Iterator

from simulator.actions.places import Arguments, no_kernel, places_of
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.container import Container
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.processes import Process
from simulator.subsystems.signals import deliver_pending
from simulator.world import World, kernel_of


def set_cgroup(world: World, arguments: Arguments, asked: int) -> Work:
    """Set limits of a container's cgroup, or of one on a machine, made if need be."""
    yield 0
    limits = {k: v for k, v in arguments["limits"].items() if v is not None}
    for kernel, group in _groups(world, arguments, asked, "set_cgroup"):
        group.limit(limits)
        seq = world.engine.record(
            kernel.name, "set_cgroup", cause=asked, target=group.name, **limits
        )
        kernel.pages.enforce(group, seq)


def freeze(world: World, arguments: Arguments, asked: int) -> Work:
    """Hold all processes of a cgroup where they are (``cgroup.freeze``)."""
    yield 0
    for kernel, group in _groups(world, arguments, asked, "freeze"):
        holds = world.mechanisms["cgroup.freeze"] == "hold"
        changed = group.freeze() if holds else True
        seq = world.engine.record(
            kernel.name, "freeze", cause=asked, target=group.name, changed=changed
        )
        for process in () if holds else _inside(kernel, group):
            kernel.signal(process, "SIGSTOP", seq)


def thaw(world: World, arguments: Arguments, asked: int) -> Work:
    """Let the processes of a frozen cgroup go on; what was sent to them arrives."""
    yield 0
    for kernel, group in _groups(world, arguments, asked, "thaw"):
        holds = world.mechanisms["cgroup.freeze"] == "hold"
        changed = group.thaw() if holds else True
        seq = world.engine.record(
            kernel.name, "thaw", cause=asked, target=group.name, changed=changed
        )
        for process in _inside(kernel, group):
            if not holds:
                kernel.signal(process, "SIGCONT", seq)
            elif process.running:
                deliver_pending(process, seq)


def _inside(kernel: Kernel, group: Cgroup) -> list[Process]:
    return [p for p in kernel.processes if p.alive and group.holds(p.cgroup)]


def _groups(
    world: World, arguments: Arguments, asked: int, action: str
) -> Iterator[tuple[Kernel, Cgroup]]:
    """Go through the cgroups that a plan names; record it where there is none."""
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, action)
        elif not isinstance(place, Container):
            yield kernel, kernel.cgroups.make(arguments["name"])
        elif place.cgroup is not None:
            yield kernel, place.cgroup
        else:
            log = f"{place.name} has no cgroup of its own"
            world.engine.record(place.name, action, FAILED, cause=asked, log=log)


VERBS = {
    "freeze": freeze,
    "set_cgroup": set_cgroup,
    "thaw": thaw,
}
