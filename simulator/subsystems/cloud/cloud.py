"""A cloud of real parts: servers with a hypervisor each, and an API that sells VMs.

"Create server" takes its way here: the API asks the books for a server with room,
the hypervisor of that server makes a virtual machine, which boots like any other. A
server that fails takes its machines along; the cloud learns of it when heartbeats
stay out, and then boots the lost machines elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from simulator.engine import Engine, Work
from simulator.events import FAILED
from simulator.mechanisms import Value
from simulator.subsystems.cloud.capacity import Size, Slot
from simulator.subsystems.cloud.warehouse import Warehouse
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.machine import Machine
from simulator.subsystems.platform import Platform
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import (
    Hypervisor,
    HypervisorModel,
    VirtualMachine,
    boot_guest,
)

HEARTBEAT_US = 10_000_000
"""Each server reports to the cloud so often."""
MISSED_HEARTBEATS = 4
"""After so many that stayed out a server counts as failed."""


@dataclass(slots=True, eq=False)
class Order:
    """What a customer has asked for, and what has become of it."""

    name: str
    group: str
    size: Size
    system: System
    disk: FileTree
    """A volume on the network: it outlives the server that the machine was on."""
    apart: bool
    """True when no two machines of the group may share a server."""
    put_to_work: Callable[[VirtualMachine], Work]
    """What is started on the machine once it has booted."""
    state: str = "building"
    """``building``, ``active``, ``error``, ``lost`` or ``deleted``."""
    machine: VirtualMachine | None = None
    restarts: int = 0


@dataclass(slots=True, eq=False)
class Cloud:
    """One cloud: its servers, its books, and the orders of its customers."""

    name: str
    engine: Engine
    warehouse: Warehouse
    servers: Sequence[Machine]
    hypervisors: list[Hypervisor]
    """Of each server, the one that it runs."""
    mechanisms: Mapping[str, Value]
    make_kernel: Callable[[System, Platform, FileTree], Kernel]
    orders: dict[str, Order] = field(default_factory=dict)
    refused: int = 0
    """Orders that no server had room for."""
    lost: int = 0
    """Machines that were on a server when it failed."""

    def create(self, order: Order, cause: int) -> Work:
        """Carry out an order: place it, make the machine, boot it."""
        self.orders[order.name] = order
        yield 0
        slot = self._place(order, cause)
        if slot is not None:
            yield from self._bring_up(order, slot, len(self.engine.events) - 1)

    def delete(self, name: str, cause: int) -> None:
        """Destroy a machine and give its share of the server back."""
        order = self.orders.get(name)
        if order is None or order.state == "deleted":
            log = f"No server with a name or ID of '{name}' exists"
            self.engine.record(
                self.name, "delete_server", FAILED, cause=cause, target=name, log=log
            )
            return
        slot = self.warehouse.home_of(name)
        seq = self.engine.record(self.name, "delete_server", cause=cause, target=name)
        order.state = "deleted"
        if slot is None or order.machine is None:
            return
        self.warehouse.release(name, self.engine.now)
        hypervisor = self.hypervisors[slot.index]
        if order.machine.hypervisor is hypervisor:
            _destroy(hypervisor, order.machine, seq)

    def fail_server(self, number: int, cause: int) -> None:
        """Let a server lose its power; its machines are gone with it."""
        server, slot = self.servers[number - 1], self.warehouse.slots[number - 1]
        if server.state != "on":
            log = "the machine is off"
            self.engine.record(server.name, "power_off", FAILED, cause=cause, log=log)
            return
        log = "power lost: memory is gone, the disk is not"
        seq = server.go_off(cause, FAILED, log)
        for name in slot.promised:
            self.orders[name].state = "lost"
            self.lost += 1
        self.engine.spawn(self._miss(slot, seq), is_daemon=True)

    def repair_server(self, number: int, cause: int) -> Work:
        """Give a server its power back; it boots its hypervisor, and is empty."""
        server, slot = self.servers[number - 1], self.warehouse.slots[number - 1]
        model = self.hypervisors[slot.index].model
        yield from server.power_on(lambda _, on: self._installed(model, on), cause)
        hypervisor = cast("Hypervisor", server.occupant)
        self.hypervisors[slot.index] = hypervisor
        if hypervisor.state == "running" and not slot.is_up:
            self.warehouse.repair(slot)

    def _installed(self, model: HypervisorModel, server: Machine) -> Hypervisor:
        return Hypervisor(model, server, None, self.mechanisms)

    def _place(self, order: Order, cause: int) -> Slot | None:
        avoid = self._neighbours(order) if order.apart else ()
        now = self.engine.now
        slot = self.warehouse.place(order.name, order.size, now, avoid)
        if slot is None:
            self.refused += 1
            order.state = "error"
            apart = ", apart from its group" if order.apart else ""
            self.engine.record(
                self.name,
                "place",
                FAILED,
                cause=cause,
                target=order.name,
                log=f"No valid host was found: no server has {order.size} left{apart}",
            )
            return None
        self.engine.record(
            self.name,
            "place",
            cause=cause,
            target=order.name,
            server=slot.name,
            policy=self.mechanisms["cloud.placement"],
        )
        return slot

    def _neighbours(self, order: Order) -> list[int]:
        """Return the places in the warehouse where the group has machines."""
        homes = (
            self.warehouse.home_of(other.name)
            for other in self.orders.values()
            if other.group == order.group
        )
        return [slot.index for slot in homes if slot is not None]

    def _bring_up(self, order: Order, slot: Slot, cause: int) -> Work:
        """Let the hypervisor of a server carve the machine out, and boot it."""
        hypervisor = self.hypervisors[slot.index]
        if hypervisor.state != "running":
            self._unreachable(order, slot, cause)
            return
        machine = hypervisor.create(order.name, order.size.ram_kib, cause)
        if machine is None:
            order.state = "error"
            self.warehouse.release(order.name, self.engine.now)
            return
        order.machine = machine
        yield from boot_guest(machine, order.system, order.disk, self.make_kernel)
        kernel = machine.occupant
        if order.machine is not machine or kernel is None or kernel.state != "running":
            order.state = "error" if order.state == "building" else order.state
            return
        order.state = "active"
        machine.state_seq = self.engine.record(
            self.name, "server_active", cause=kernel.state_seq, target=order.name
        )
        yield from order.put_to_work(machine)

    def _unreachable(self, order: Order, slot: Slot, cause: int) -> None:
        """The server has failed, and the books do not know it yet."""
        order.state = "error"
        self.warehouse.release(order.name, self.engine.now)
        self.engine.record(
            slot.name,
            "create_vm",
            FAILED,
            cause=cause,
            target=order.name,
            log="no reply: timed out waiting for the server's agent",
        )

    def _miss(self, slot: Slot, cause: int) -> Work:
        """Notice that a server's heartbeats stay out; start its machines elsewhere."""
        since_last = self.engine.now % HEARTBEAT_US
        yield MISSED_HEARTBEATS * HEARTBEAT_US - since_last
        lost = self._strike_out(slot)
        seq = self.engine.record(
            self.name,
            "server_down",
            FAILED,
            cause=cause,
            target=slot.name,
            log=f"{MISSED_HEARTBEATS} heartbeats missed: {len(lost)} machines lost",
        )
        if self.mechanisms["cloud.recovery"] == "none":
            return
        for name in lost:
            order = self.orders[name]
            order.state, order.machine = "building", None
            order.restarts += 1
            self.engine.spawn(self.create(order, seq))

    def _strike_out(self, slot: Slot) -> list[str]:
        """Take the machines of a failed server out of the books; return their names.

        One that was repaired before anybody noticed keeps what it was given since.
        """
        now = self.engine.now
        if self.hypervisors[slot.index].state != "running":
            return [name for name, _ in self.warehouse.fail(slot, now)]
        lost = [name for name in slot.promised if self.orders[name].state == "lost"]
        for name in lost:
            self.warehouse.release(name, now)
        return lost


def _destroy(hypervisor: Hypervisor, machine: VirtualMachine, seq: int) -> None:
    """Stop a machine and give its memory back to its server."""
    machine.fall(seq)
    hypervisor.machines.remove(machine)
    hypervisor.below.memory.release(machine.name)
    hypervisor.below.memory.release(f"{hypervisor.name} {machine.name}")
