"""The figures of every virtual machine, by name."""

from collections.abc import Iterator
from typing import Any

from simulator.subsystems.virtualization import VirtualMachine
from simulator.subsystems.virtualization.memory import GuestMemory
from simulator.trace import digest
from simulator.world import World


def observe_vms(world: World) -> dict[str, Any]:
    """Return what each machine got and did; times in microseconds, memory in KiB."""
    return {machine.name: _figures(machine) for machine in _machines(world)}


def _machines(world: World) -> Iterator[VirtualMachine]:
    """Go through all machines that a plan has started."""
    for members in world.places.values():
        for place in members:
            if isinstance(place, VirtualMachine):
                yield place


def _figures(machine: VirtualMachine) -> dict[str, Any]:
    cores = machine.cores
    kernel = machine.occupant
    return {
        "state": machine.state,
        "system": "" if kernel is None else kernel.state,
        "hypervisor": machine.hypervisor.name,
        "assist": machine.assist,
        "vcpus": cores.count,
        "cpu_us": cores.busy_us,
        "steal_us": cores.group.steal_us,
        "exits": machine.exits,
        "host_calls": machine.host_calls,
        "ram_kib": machine.memory.capacity_kib,
        "used_kib": machine.memory.used_kib,
        **_memory(machine),
        "machine_id": _drawn("machine-id", machine.identity),
        "next_random": _drawn("random", machine.randomness),
        "behind_us": machine.behind_us,
    }


def _drawn(what: str, source: str) -> str:
    """Return what a guest draws: the same from the same source."""
    return digest(f"{what} {source}".encode())[:32]


def _memory(machine: VirtualMachine) -> dict[str, int]:
    """Return what stands behind a guest's memory in its host."""
    memory = machine.memory
    if not isinstance(memory, GuestMemory):
        raise AssertionError  # noqa: TRY004  a root partition
    return {
        "resident_kib": memory.resident_kib,
        "balloon_kib": memory.balloon_kib,
        "swapped_kib": memory.swapped_kib,
        "merged_kib": memory.merged_kib,
    }
