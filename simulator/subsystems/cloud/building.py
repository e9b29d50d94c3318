"""A cloud as a world declares it: servers in a row, each on a hypervisor already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.engine import Engine
from simulator.mechanisms import Value
from simulator.subsystems.cloud.capacity import Slot
from simulator.subsystems.cloud.cloud import Cloud
from simulator.subsystems.cloud.warehouse import Warehouse
from simulator.subsystems.cpu import Cores
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.machine import Machine
from simulator.subsystems.memory import Memory
from simulator.subsystems.platform import Platform
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import Hypervisor, HypervisorModel


@dataclass(frozen=True, slots=True)
class CloudModel:
    """A cloud as declared: so many servers, and what each of them is like."""

    name: str
    servers: int
    arch: str
    cores: int
    ram_kib: int
    hypervisor: HypervisorModel
    vcpus_per_core: int
    """So many virtual processors are sold of one core."""
    cost_cents: int
    """Of one server in use, per hour."""


def build_cloud(
    model: CloudModel,
    engine: Engine,
    mechanisms: Mapping[str, Value],
    make_kernel: Callable[[System, Platform, FileTree], Kernel],
) -> Cloud:
    """Return a cloud of so many equal servers that are up and empty."""
    servers = [
        _server(f"{model.name}-{number + 1}", model, engine, mechanisms)
        for number in range(model.servers)
    ]
    slots = [_slot(index, server, model) for index, server in enumerate(servers)]
    policy = str(mechanisms["cloud.placement"])
    warehouse = Warehouse(policy, slots, model.cost_cents)
    hypervisors = [_hypervisor(model, server, mechanisms) for server in servers]
    return Cloud(
        model.name, engine, warehouse, servers, hypervisors, mechanisms, make_kernel
    )


def _server(
    name: str, model: CloudModel, engine: Engine, mechanisms: Mapping[str, Value]
) -> Machine:
    """Return a machine that was switched on long ago."""
    return Machine(
        name=name,
        arch=model.arch,
        engine=engine,
        memory=Memory(name, model.ram_kib),
        cores=Cores(engine, model.cores, str(mechanisms["cpu.scheduler"])),
        has_extension=True,
        state="on",
        disk=[model.hypervisor],
    )


def _hypervisor(
    model: CloudModel, server: Machine, mechanisms: Mapping[str, Value]
) -> Hypervisor:
    product = model.hypervisor
    hypervisor = Hypervisor(product, server, None, mechanisms)
    if product.ram_kib <= model.ram_kib:
        server.memory.charge(product.name, product.ram_kib)
        hypervisor.state = "running"
    server.occupant = hypervisor
    return hypervisor


def _slot(index: int, server: Machine, model: CloudModel) -> Slot:
    free_kib = max(0, model.ram_kib - model.hypervisor.ram_kib)
    return Slot(index, server.name, model.cores * model.vcpus_per_core, free_kib)
