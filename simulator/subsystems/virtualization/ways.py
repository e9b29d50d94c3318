"""The way of one operation of a guest, hop by hop, down to the hardware.

Costs are the sums of these hops: nothing else says how slow a type is.
"""

from simulator.calibration import figure
from simulator.mechanisms import Value
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.platform import Hop


def outer_exits(nested_exits: Value) -> int:
    """Return how many exits of the level below one exit of a nested guest takes.

    The hypervisor below gets the exit, passes it on, and serves what the nested
    hypervisor does about it. ``shadowed``: most accesses to the control structure
    need no exit of their own; ``trapped``: each does.
    """
    name = "nested_exit" if nested_exits == "trapped" else "nested_exit_shadowed"
    return round(figure(name) / figure("guest_host_switch"))


def reflected(below: str, one: list[Hop], count: int) -> Hop:
    """Return the hop that stands for ``count`` exits of the level below."""
    return Hop(
        below,
        "reflect_exit",
        count * sum(hop.ns for hop in one),
        exits=count * sum(hop.exits for hop in one),
    )


def host_hops(host: Kernel) -> list[Hop]:
    """Return what a program of a host does for a device: ask, and wait its turn."""
    return [
        Hop(host.name, "system_call", figure("system_call"), calls=1),
        Hop(host.name, "schedule", figure("context_switch")),
    ]


def platform_api_hops(monitor: str, host: Kernel, hypervisor: str) -> list[Hop]:
    """Return one exit of a machine that another hypervisor runs on request.

    The hypervisor below gets the exit and wakes the root partition, whose kernel
    hands it to the program that owns the machine; a hypercall resumes the machine.
    """
    in_kernel = figure("exit_in_kernel")
    return [
        Hop(hypervisor, "exit", in_kernel, exits=1),
        Hop(host.name, "schedule", figure("context_switch")),
        Hop(monitor, "handle_exit", figure("exit_to_user"), calls=1),
        Hop(hypervisor, "hypercall", in_kernel, exits=1),
    ]
