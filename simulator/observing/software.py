"""Programs, and the hypervisors and engines that were installed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine
from simulator.world import World

if TYPE_CHECKING:
    from simulator.subsystems.processes import Process


def observe_programs(world: World) -> dict[str, dict[str, Any]]:
    """Return per program how attempts to run it went, and what runs of it."""
    running: dict[str, list[Process]] = {name: [] for name in world.programs}
    for process in world.processes():
        if process.program.name in running:
            running[process.program.name].append(process)
    return {
        name: {
            **world.attempts[name],
            "running": len(processes),
            "places": sorted({process.place for process in processes}),
            "served": sum([process.served for process in processes]),
        }
        for name, processes in running.items()
    }


def observe_software(world: World, name: str) -> dict[str, Any]:
    """Return the state of a hypervisor or engine, and what it stands on."""
    part = world.installed.get(name)
    if part is None:
        return {
            "state": "absent",
            "stands_on": "",
            "systems_below": 0,
            "hypervisors_below": 0,
        }
    host = part.host
    return {
        "state": part.state,
        "stands_on": "hardware" if host is None else host.system.family,
        "systems_below": len(list(_hosts(part))),
        "hypervisors_below": sum(
            isinstance(host.platform, VirtualMachine) for host in _hosts(part)
        ),
    }


def _hosts(part: Hypervisor | ContainerEngine) -> Iterator[Kernel]:
    """Go through the kernels between a part and the hardware."""
    host = part.host
    while host is not None:
        yield host
        platform: object = host.platform
        host = (
            platform.hypervisor.host if isinstance(platform, VirtualMachine) else None
        )
