"""Machines, real and virtual, and the hypervisors that make virtual ones."""

from simulator.observing.node import Node, See, node
from simulator.subsystems.machine import Machine
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine


def see_machine(machine: Machine | VirtualMachine, see: See) -> Node:
    """Return a machine with what runs on it."""
    kind = "machine" if isinstance(machine, Machine) else "vm"
    return node(
        kind,
        machine.name,
        machine.state,
        [see(machine.occupant)] if machine.occupant else [],
        ram_kib=machine.memory.capacity_kib,
        used_kib=machine.memory.used_kib,
        charges={owner: kib for owner, kib in machine.memory.charges.items() if kib},
    )


def see_hypervisor(hypervisor: Hypervisor, see: See) -> Node:
    """Return a hypervisor with its machines."""
    return node(
        "hypervisor",
        hypervisor.name,
        hypervisor.state,
        [see(machine) for machine in hypervisor.machines],
        type=hypervisor.model.kind,
    )
