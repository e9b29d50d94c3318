"""The action that follows one operation down to the hardware."""

from simulator.actions.places import Arguments, no_kernel, places_of
from simulator.engine import Work
from simulator.subsystems.costs import own_ns
from simulator.subsystems.kernel import Kernel
from simulator.world import World, kernel_of


def trace(world: World, arguments: Arguments, asked: int) -> Work:
    """Follow one operation of a system hop by hop, down to the hardware."""
    for place in places_of(world, arguments["on"], asked):
        kernel = kernel_of(place)
        if kernel is None:
            no_kernel(world, place, asked, "trace")
            continue
        yield from _follow(kernel, arguments["operation"], asked)


def _follow(kernel: Kernel, operation: str, asked: int) -> Work:
    """Record what the kernel does, then each hop with the one before as its cause.

    Nanoseconds are too short for the clock of a run: it goes on by their sum.
    """
    platform, engine = kernel.platform, kernel.platform.engine
    own, way = own_ns(operation, platform), platform.way(operation)
    seq = engine.record(
        kernel.name, _BEGINS[operation], cause=asked, target=platform.name, ns=own
    )
    for hop in way:
        seq = engine.record(
            hop.actor,
            hop.action,
            cause=seq,
            target=platform.name,
            ns=hop.ns,
            exits=hop.exits,
            host_calls=hop.calls,
        )
        platform.exits += hop.exits
        platform.host_calls += hop.calls
    whole = own + sum(hop.ns for hop in way)
    yield from platform.cores.use(-(-whole // 1000))


_BEGINS = {
    "device": "access_device",
    "privileged": "run_privileged",
    "page_fault": "fault_page",
}
"""What a kernel does first, per operation."""

VERBS = {"trace": trace}
