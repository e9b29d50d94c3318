"""The final world: its machines as trees, its programs and its software."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.observing.builds import observe_builds
from simulator.observing.cgroups import see_cgroups
from simulator.observing.clouds import observe_cloud
from simulator.observing.containers import see_container, see_engine
from simulator.observing.kernels import see_kernel
from simulator.observing.machines import see_hypervisor, see_machine
from simulator.observing.node import Node
from simulator.observing.orchestrators import observe_orchestrator
from simulator.observing.processes import see_process
from simulator.observing.software import observe_programs, observe_software
from simulator.observing.views import observe_views
from simulator.observing.vms import observe_vms
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.machine import Machine
from simulator.subsystems.processes import Process
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine
from simulator.world import World

KINDS: Mapping[type, Callable[..., Node]] = {
    Machine: see_machine,
    VirtualMachine: see_machine,
    Hypervisor: see_hypervisor,
    Kernel: see_kernel,
    Process: see_process,
    ContainerEngine: see_engine,
    Container: see_container,
}
"""Per kind of part: how it is shown. A new kind adds its module and a line here."""


def see(part: object) -> Node:
    """Return the node of a part, with all that is nested in it."""
    return KINDS[type(part)](part, see)


def observe(world: World) -> dict[str, Any]:
    """Return the final world.

    ``machines``: the tree of parts on each machine, nested as deep as the world is.
    ``programs``: per program, how attempts to run it went. ``software``: per
    hypervisor or engine, its state and what it stands on. ``vms``: the figures of
    each virtual machine. ``cgroups``: per kernel, what the files of its groups hold.
    ``views``: per group of places, what the processes at each of them see.
    Where there are some: ``connections`` that the plan has tried, ``orchestrators``,
    the books of ``clouds``, and ``builds``, the last one of each name.
    """
    seen: dict[str, Any] = {
        "machines": {name: see(machine) for name, machine in world.machines.items()},
        "programs": observe_programs(world),
        "software": {
            name: observe_software(world, name)
            for name in (*world.hypervisors, *world.engines)
        },
        "vms": observe_vms(world),
        "cgroups": {
            kernel.name: see_cgroups(kernel)
            for kernel in world.kernels
            if kernel.cgroups.groups
        },
        "views": observe_views(world),
    }
    if world.connections:
        seen["connections"] = world.connections
    if world.orchestrators:
        seen["orchestrators"] = {
            name: observe_orchestrator(orchestrator)
            for name, orchestrator in world.orchestrators.items()
        }
    if world.clouds:
        seen["clouds"] = {name: observe_cloud(c) for name, c in world.clouds.items()}
    if world.outcomes:
        seen["builds"] = observe_builds(world)
    return seen
