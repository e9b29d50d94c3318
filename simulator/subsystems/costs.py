"""What one request of a program costs on the platform where it runs."""

from typing import NamedTuple

from simulator.calibration import figure
from simulator.subsystems.files import Program
from simulator.subsystems.platform import Hop, Platform
from simulator.subsystems.virtualization.paging import LEVELS, nested_walk_references


class Cost(NamedTuple):
    """Nanoseconds of processor time, exits, and host system calls."""

    ns: int
    exits: int = 0
    calls: int = 0


def request_cost(program: Program, platform: Platform, operation_ns: int = 0) -> Cost:
    """Return what one request costs, ``operation_ns`` added to each device access."""
    call = own_ns("device", platform)
    device = _way_cost(platform.way("device"), program.operations)
    ns = program.cpu_us * platform.cpu_permille
    ns += program.operations * (call + operation_ns) + device.ns
    exits, calls = device.exits, device.calls
    if program.privileged:
        cost = _way_cost(platform.way("privileged"), program.privileged)
        ns, exits, calls = ns + cost.ns, exits + cost.exits, calls + cost.calls
    if program.first_touches:
        cost = _way_cost(platform.way("page_fault"), program.first_touches)
        ns += program.first_touches * own_ns("page_fault", platform) + cost.ns
        exits, calls = exits + cost.exits, calls + cost.calls
    if program.tlb_misses:
        ns += walk_ns(platform, program.tlb_misses)
    return Cost(ns, exits, calls)


def own_ns(operation: str, platform: Platform) -> int:
    """Return the nanoseconds that a kernel itself takes for one of ``OPERATIONS``."""
    names = {"device": "system_call", "page_fault": "first_touch"}
    if operation not in names:
        return 0
    return figure(names[operation]) * platform.kernel_permille // 1000


def walk_ns(platform: Platform, misses: int) -> int:
    """Return what page walks cost: each memory reference of a walk costs the same.

    The price of a reference comes from loads measured in a guest with nested
    paging, with and without the walk.
    """
    references = misses * platform.walk_references
    return references * figure("walk_time") // nested_walk_references(LEVELS, LEVELS)


def _way_cost(way: tuple[Hop, ...], times: int) -> Cost:
    ns = exits = calls = 0
    for hop in way:
        ns += hop.ns
        exits += hop.exits
        calls += hop.calls
    return Cost(ns * times, exits * times, calls * times)
