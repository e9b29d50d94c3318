"""The figures of a run: whole numbers, per machine or per program."""

from typing import Any

from simulator.subsystems.container import ContainerEngine
from simulator.world import World


def measure(world: World) -> dict[str, Any]:
    """Return the metrics of a run: whole numbers, per machine or per program."""
    machines = world.machines
    running = [kernel for kernel in world.kernels if kernel.state == "running"]
    processes = list(world.processes())
    return {
        "duration_us": world.engine.now,
        "ram_kib": {
            name: machine.memory.used_kib for name, machine in machines.items()
        },
        "cpu_us": {name: machine.cores.busy_us for name, machine in machines.items()},
        "device_kib": {
            name: machine.block_device.moved_kib for name, machine in machines.items()
        },
        "latency_us": {
            name: found.summary() for name, found in world.latencies.items()
        },
        "swapped_kib": sum(kernel.pages.swapped_kib for kernel in running),
        "image_disk_kib": sum(
            part.disk_kib
            for part in world.installed.values()
            if isinstance(part, ContainerEngine)
        ),
        "disk_kib": {
            name: machine.storage.used_kib for name, machine in machines.items()
        },
        "restarts": sum(
            container.restarts
            for part in world.installed.values()
            if isinstance(part, ContainerEngine)
            for container in part.containers
        ),
        "kernels": len(running),
        "processes": len(processes),
        "served": sum([process.served for process in processes]),
        "exits": sum(kernel.platform.exits for kernel in world.kernels),
        "host_calls": sum(kernel.platform.host_calls for kernel in world.kernels),
        "request_ns": {
            name: sum(spans) // len(spans) if spans else 0
            for name, spans in world.request_ns.items()
        },
    }
