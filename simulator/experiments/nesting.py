"""Experiments with nested guests, page tables, and code that runs directly."""

from simulator.calibration import figure
from simulator.experiments.worlds import (
    NATIVE,
    TYPE_1,
    TYPE_2,
    Parts,
    Step,
    carried_out,
    guests,
    request_ns,
    requests,
)
from simulator.mechanisms import altered

TIMES = 1200
START = {"name": "guest", "on": "server", "system": "linux", "ram_mib": 2048}
INSIDE: tuple[Step, ...] = (
    *TYPE_2,
    {"start_vm": {**START, "nested": True}},
    {"install": {"what": "type_2", "on": "guest"}},
    guests(name="inner", on="guest", ram_mib=1024),
)


def _only(**work: int) -> Parts:
    """The application with one kind of work and no other."""
    none = {"cpu_us": 0, "operations": 0}
    return {"programs": {"app": {**none, **work}}}


def direct_cpu() -> int:
    """CPU time of a guest's program while its kernel's code is translated."""
    calm = _only(cpu_us=1000)
    base = request_ns(carried_out([*NATIVE, requests()], calm))
    with altered({"vm.assist": "translation"}):
        guest = carried_out([*TYPE_1, guests(), requests()], calm)
    return request_ns(guest) * 1000 // base


def nested_exit() -> int:
    """Cycles of one exit of a nested guest: the exits below, each a switch."""
    return _outer_exits("trapped") * figure("guest_host_switch")


def nested_exit_shadowed() -> int:
    """The same when most of the control structure is read without an exit."""
    return _outer_exits("shadowed") * figure("guest_host_switch")


def guest_host_switch() -> int:
    """Cycles of one exit below, as the counted ones of a nested exit share it."""
    return figure("nested_exit") // _outer_exits("trapped")


def _outer_exits(how: str) -> int:
    """Count the exits of the level below for one exit of a nested guest."""
    with altered({"vm.nested_exits": how}):
        run = carried_out([*INSIDE, requests(1)], _only(privileged=1, cpu_us=1))
    exits: int = run.metrics["exits"]
    return exits - 1


def nested_walk() -> int:
    """References of a walk in a guest, from its time beside a native one's."""
    return _walks(*TYPE_1, guests()) * 4 // _walks(*NATIVE)


def walk_time() -> int:
    """Nanoseconds that a walk adds to a load in a guest."""
    return _walks(*TYPE_1, guests()) // TIMES


def _walks(*plan: Step) -> int:
    return request_ns(carried_out([*plan, requests()], _only(tlb_misses=TIMES)))


def first_touch() -> int:
    """Nanoseconds of the first touch of a page, natively."""
    run = carried_out([*NATIVE, requests()], _only(first_touches=TIMES))
    return request_ns(run) // TIMES


def shadow_first_touch() -> int:
    """The same in a guest whose page tables are shadowed."""
    with altered({"vm.paging": "shadow"}):
        plan = [*TYPE_1, guests(), requests()]
        run = carried_out(plan, _only(first_touches=TIMES))
    return request_ns(run) // TIMES


EXPERIMENTS = {
    "direct_cpu": direct_cpu,
    "guest_host_switch": guest_host_switch,
    "nested_exit": nested_exit,
    "nested_exit_shadowed": nested_exit_shadowed,
    "nested_walk": nested_walk,
    "first_touch": first_touch,
    "shadow_first_touch": shadow_first_touch,
    "walk_time": walk_time,
}
