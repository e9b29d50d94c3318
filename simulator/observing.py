"""What is seen of a world: the final state as JSON, and the figures measured."""

from typing import Any

from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.hypervisor import Hypervisor, VirtualMachine
from simulator.subsystems.kernel import Kernel, Process
from simulator.subsystems.machine import Machine
from simulator.world import World

Node = dict[str, Any]


def observe(world: World) -> dict[str, Any]:
    """Return the final world.

    ``machines``: the tree of parts on each machine, nested as deep as the world is.
    ``programs``: per program, how attempts to run it went. ``software``: per
    hypervisor or engine, its state and what it stands on.
    """
    return {
        "machines": {
            name: _machine(machine) for name, machine in world.machines.items()
        },
        "programs": {name: _program(world, name) for name in world.programs},
        "software": {
            name: _software(world, name)
            for name in (*world.hypervisors, *world.engines)
        },
    }


def measure(world: World) -> dict[str, Any]:
    """Return the metrics of a run: whole numbers, per machine or per program."""
    machines = world.machines
    running = [kernel for kernel in world.kernels if kernel.state == "running"]
    return {
        "duration_us": world.engine.now,
        "ram_kib": {
            name: machine.memory.used_kib for name, machine in machines.items()
        },
        "cpu_us": {name: machine.cores.busy_us for name, machine in machines.items()},
        "image_disk_kib": sum(
            part.disk_kib
            for part in world.installed.values()
            if isinstance(part, ContainerEngine)
        ),
        "kernels": len(running),
        "processes": sum(1 for _ in world.processes()),
        "served": sum(process.served for process in world.processes()),
        "exits": sum(kernel.platform.exits for kernel in world.kernels),
        "request_ns": {
            name: sum(spans) // len(spans) if spans else 0
            for name, spans in world.request_ns.items()
        },
    }


def _program(world: World, name: str) -> dict[str, Any]:
    processes = list(world.processes(name))
    return {
        **world.attempts[name],
        "running": len(processes),
        "served": sum(process.served for process in processes),
    }


def _software(world: World, name: str) -> dict[str, Any]:
    part = world.installed.get(name)
    if part is None:
        return {"state": "absent", "stands_on": "", "systems_below": 0}
    host = part.host
    return {
        "state": part.state,
        "stands_on": "hardware" if host is None else host.system.family,
        "systems_below": _systems_below(part),
    }


def _systems_below(part: Hypervisor | ContainerEngine) -> int:
    """Count the kernels between a part and the hardware."""
    count, host = 0, part.host
    while host is not None:
        count += 1
        platform: object = host.platform
        host = (
            platform.hypervisor.host if isinstance(platform, VirtualMachine) else None
        )
    return count


def _node(kind: str, name: str, state: str, children: list[Node], **more: Any) -> Node:
    return {"kind": kind, "name": name, "state": state, "children": children, **more}


def _machine(machine: Machine | VirtualMachine) -> Node:
    kind = "machine" if isinstance(machine, Machine) else "vm"
    return _node(
        kind,
        machine.name,
        machine.state,
        [_occupant(machine.occupant)] if machine.occupant else [],
        ram_kib=machine.memory.capacity_kib,
        used_kib=machine.memory.used_kib,
    )


def _occupant(part: Kernel | Hypervisor) -> Node:
    return _kernel(part) if isinstance(part, Kernel) else _hypervisor(part)


def _kernel(kernel: Kernel) -> Node:
    children = [
        _engine(guest) if isinstance(guest, ContainerEngine) else _hypervisor(guest)
        for guest in kernel.guests
        if isinstance(guest, ContainerEngine | Hypervisor)
    ]
    services = {guest.name for guest in kernel.guests}
    children += [
        _process(process)
        for process in kernel.processes
        if process.place == kernel.platform.name
        and process.program.name not in services
    ]
    system = kernel.system
    return _node(
        "kernel",
        kernel.name,
        kernel.state,
        children,
        system=f"{system.name} ({system.family} {system.version})",
    )


def _hypervisor(hypervisor: Hypervisor) -> Node:
    machines = [_machine(machine) for machine in hypervisor.machines]
    return _node(
        "hypervisor",
        hypervisor.name,
        hypervisor.state,
        machines,
        type=hypervisor.model.kind,
    )


def _engine(engine: ContainerEngine) -> Node:
    containers = [_container(container) for container in engine.containers]
    return _node("engine", engine.name, engine.state, containers)


def _container(container: Container) -> Node:
    kernel = container.kernel
    children = [
        _process(process)
        for process in kernel.processes
        if process.place == container.name
    ]
    if container.machine is not None:
        children = [_machine(container.machine)]
    return _node(
        "container", container.name, container.state, children, kernel=kernel.name
    )


def _process(process: Process) -> Node:
    state = "running" if process.running else "exited"
    return _node("process", process.program.name, state, [], pid=process.pid)
