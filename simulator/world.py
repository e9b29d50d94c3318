"""A world in one variant: its parts by name and where they are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulator.builds import Builds, builds_of
from simulator.engine import Engine
from simulator.images import images_of, registries_of
from simulator.mechanisms import Value
from simulator.models import Models
from simulator.subsystems.builds.outcome import Outcome
from simulator.subsystems.cloud.building import CloudModel, build_cloud
from simulator.subsystems.cloud.cloud import Cloud
from simulator.subsystems.container import (
    Container,
    ContainerEngine,
    EngineModel,
)
from simulator.subsystems.containers.images import (
    OS_OF_FAMILY,
    ContainerImage,
    ImagePlatform,
)
from simulator.subsystems.containers.store import ImageStore
from simulator.subsystems.cpu import Cores
from simulator.subsystems.families import RUNTIME_OF_FAMILY
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.machine import Bootable, Machine
from simulator.subsystems.memory import Memory
from simulator.subsystems.network.stacks import Lan
from simulator.subsystems.orchestrator.control import Orchestrator, Timing
from simulator.subsystems.orchestrator.models import SECOND
from simulator.subsystems.platform import Platform
from simulator.subsystems.processes import Process
from simulator.subsystems.storage import Storage
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import (
    Hypervisor,
    HypervisorModel,
    VirtualMachine,
)
from simulator.subsystems.virtualization.root import (
    LAUNCH,
    launches,
    root_partition,
)

if TYPE_CHECKING:
    from simulator.subsystems.latency import Latencies
    from simulator.subsystems.virtualization.snapshots import Snapshot

KIB = 1024

Place = Machine | VirtualMachine | Container
Software = Program | System | HypervisorModel | EngineModel


class World:
    """All parts of one run, made from what its scenario declares."""

    def __init__(
        self, models: Models, engine: Engine, mechanisms: Mapping[str, Value]
    ) -> None:
        self.spec = spec = models.spec
        self.engine = engine
        self.mechanisms = mechanisms
        self.programs = models.programs
        self.systems = models.systems
        self.hypervisors = models.hypervisors
        self.engines = models.engines
        self.images = images_of(spec["images"], models.layers)
        self.registries = registries_of(spec["registries"], self.images)
        self.machines = {
            name: self._machine(name, fields)
            for name, fields in spec["machines"].items()
        }
        self.places: dict[str, list[Place]] = {
            name: [machine] for name, machine in self.machines.items()
        }
        """What a plan can name with ``on``: machines, and groups it has started."""
        self.kernels: list[Kernel] = []
        self.snapshots: dict[str, Snapshot] = {}
        self.installed: dict[str, Hypervisor | ContainerEngine] = {}
        self.attempts: dict[str, dict[str, Any]] = {
            name: {"attempts": 0, "errno_name": "", "loader": "", "exit_status": None}
            for name in self.programs
        }
        """Per program: how often it was asked for, and how the last try went."""
        self.latencies: dict[str, Latencies] = {}
        """Per program whose requests were sent one by one: what each took."""
        self.request_ns: dict[str, list[int]] = {name: [] for name in self.programs}
        self._numbers: Counter[str] = Counter()
        self._stores: dict[tuple[str, str], ImageStore] = {}
        self.lan = Lan(mechanisms["network.ports"])
        self.connections: list[dict[str, Any]] = []
        """What came of each connection that the plan has tried."""
        self.flavours = models.flavours
        self.orchestrators = {
            name: self._orchestrator(name, fields)
            for name, fields in spec["orchestrators"].items()
        }
        self.clouds = {
            name: self._cloud(name, fields) for name, fields in spec["clouds"].items()
        }

    def software(self, name: str) -> Software:
        """Return what can be installed under this name."""
        tables: tuple[Mapping[str, Software], ...] = (
            self.programs,
            self.systems,
            self.hypervisors,
            self.engines,
        )
        return next(table[name] for table in tables if name in table)

    @cached_property
    def builds(self) -> Builds:
        """What there is for builds; most worlds never ask."""
        return builds_of(self.spec, self.programs, self.named)

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """The last build of each name."""
        return self.builds.outcomes if "builds" in self.__dict__ else {}

    def named(self, image: str) -> str | ContainerImage:
        """Return the image that a plan names: one of the world, or a tag."""
        return self.images.get(image, image)

    def engine_of(self, container: Container) -> ContainerEngine | None:
        """Return the running engine that a container belongs to."""
        engines = (e for e in self.installed.values() if isinstance(e, ContainerEngine))
        return next(
            (e for e in engines if e.state == "running" and container in e.containers),
            None,
        )

    def new_name(self, group: str) -> str:
        """Return a name for the next member of a group of machines or containers."""
        self._numbers[group] += 1
        return f"{group}-{self._numbers[group]}"

    def store_of(self, model: EngineModel, kernel: Kernel) -> ImageStore:
        """Return the images that an engine has on a disk; they outlive the engine."""
        platform, system = kernel.platform, kernel.system
        host = ImagePlatform(OS_OF_FAMILY[system.family], platform.arch, system.version)
        store = ImageStore(model.name, platform, host, self.registries)
        return self._stores.setdefault((platform.name, model.name), store)

    def make_kernel(self, system: System, platform: Platform, disk: FileTree) -> Kernel:
        """Put a system's kernel onto a platform; it still has to boot."""
        number = sum(other.system.family == system.family for other in self.kernels)
        root = disk.copy(platform.name)
        root.merge((), (RUNTIME_OF_FAMILY[system.family], *system.runtimes))
        root.storage = platform.storage
        name = f"{system.family}-{number + 1}"
        kernel = Kernel(name, system, platform, self.mechanisms, root)
        self.lan.serve(
            kernel.namespaces.net, platform.name, lambda: kernel.state == "running"
        )
        self.kernels.append(kernel)
        return kernel

    def make_occupant(
        self, bootable: Bootable, machine: Machine
    ) -> Kernel | Hypervisor:
        """Return what the boot slot of a machine starts."""
        if isinstance(bootable, HypervisorModel):
            return self._hypervisor_on(bootable, machine)
        disk = machine.roots.get(bootable.name, FileTree())
        disk.merge(machine.files, ())
        features = machine.features.setdefault(
            bootable.name, {LAUNCH, *bootable.features}
        )
        mechanism = self.mechanisms["hyperv.root"]
        if not launches(bootable, features, machine, mechanism):
            kernel = self.make_kernel(bootable, machine, disk)
            machine.roots[bootable.name] = kernel.root
            return kernel
        hypervisor = self._hypervisor_on(self.hypervisors[bootable.hypervisor], machine)
        hypervisor.root = root_partition(hypervisor)
        hypervisor.machines.append(hypervisor.root)
        kernel = self.make_kernel(bootable, hypervisor.root, disk)
        machine.roots[bootable.name] = kernel.root
        hypervisor.root.occupant = kernel
        return hypervisor

    def _hypervisor_on(self, model: HypervisorModel, machine: Machine) -> Hypervisor:
        hypervisor = Hypervisor(model, machine, None, self.mechanisms)
        self.installed[model.name] = hypervisor
        return hypervisor

    def processes(self, program: str = "") -> Iterator[Process]:
        """Go through the running processes, of one program when it is named."""
        for kernel in self.kernels:
            if kernel.state != "running":
                continue
            for process in kernel.processes:
                if process.running and program in {"", process.program.name}:
                    yield process

    def _machine(self, name: str, fields: Mapping[str, Any]) -> Machine:
        return Machine(
            name=name,
            arch=fields["arch"],
            engine=self.engine,
            memory=Memory(name, fields["ram_mib"] * KIB),
            cores=Cores(
                self.engine, fields["cores"], str(self.mechanisms["cpu.scheduler"])
            ),
            has_extension=fields["virtualization"],
            firmware_extension=fields["virtualization"],
            network_mib_s=fields["network_mib_s"],
            disk_iops=fields["disk_iops"],
            storage=Storage(name, fields["disk_mib"] * KIB, fields["disk_mib_s"]),
            has_nested_paging=fields["nested_paging"],
            cpu_flags=frozenset(fields["cpu_flags"]),
        )

    def show(self, group: str, containers: list[Container]) -> None:
        """Let plans name the containers that there are now of a group."""
        self.places[group] = list(containers)

    def _orchestrator(self, name: str, fields: Mapping[str, Any]) -> Orchestrator:
        timing = Timing(fields["lease_s"] * SECOND, fields["evict_s"] * SECOND)
        return Orchestrator(name, timing, self.engine, self.mechanisms, self.show)

    def _cloud(self, name: str, fields: Mapping[str, Any]) -> Cloud:
        model = CloudModel(
            name=name,
            servers=fields["servers"],
            arch=fields["arch"],
            cores=fields["cores"],
            ram_kib=fields["ram_mib"] * KIB,
            hypervisor=self.hypervisors[fields["hypervisor"]],
            vcpus_per_core=fields["vcpus_per_core"],
            cost_cents=fields["cost_cents"],
        )
        cloud = build_cloud(
            model,
            self.engine,
            self.mechanisms,
            self.make_kernel,
        )
        self.machines |= {server.name: server for server in cloud.servers}
        return cloud


def kernel_of(place: Place) -> Kernel | None:
    """Return the kernel that programs at this place would run on, if it runs."""
    kernel = place.occupant if isinstance(place, VirtualMachine) else place.kernel
    return kernel if kernel is not None and kernel.state == "running" else None


def root_of(place: Place, kernel: Kernel) -> FileTree:
    """Return the file tree that programs at this place see."""
    return place.root if isinstance(place, Container) else kernel.root
