"""A kernel, and what runs on it."""

from simulator.observing.node import Node, See, node
from simulator.observing.processes import is_first
from simulator.subsystems.kernel import Kernel


def see_kernel(kernel: Kernel, see: See) -> Node:
    """Return a kernel with its services and the processes outside any container."""
    children = [see(guest) for guest in kernel.guests]
    services = {guest.name for guest in kernel.guests}
    children += [
        see(process)
        for process in kernel.processes
        if process.place == kernel.platform.name
        and is_first(process)
        and process.program.name not in services
    ]
    system = kernel.system
    return node(
        "kernel",
        kernel.name,
        kernel.state,
        children,
        system=f"{system.name} ({system.family} {system.version})",
    )
