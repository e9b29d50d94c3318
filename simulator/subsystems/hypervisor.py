"""Hypervisors of both types, CPU emulators, and the virtual machines they run.

What differs is where they stand and what a guest's device operation goes through:

- type 1 stands on the platform itself; an exit is handled there;
- type 2 is a process of a host kernel; an exit goes on to its user-space part,
  which asks the host kernel and takes its turn in the host's scheduler;
- an emulator is a process too; guest code never runs on the processor as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.calibration import figure
from simulator.engine import Cores, Engine, Work
from simulator.events import FAILED
from simulator.mechanisms import Value
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.kernel import (
    FIRMWARE_SHARE,
    JITTER_PERMILLE,
    Kernel,
    System,
)
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.memory import Memory, OutOfMemoryError
from simulator.subsystems.platform import Platform

BOOT_SHARE = 2
"""A type-1 hypervisor boots in one part in so many of a general system's boot: it
has fewer drivers and services to start. The share is this model's choice."""


@dataclass(frozen=True, slots=True)
class HypervisorModel:
    """A hypervisor product as installed."""

    name: str
    kind: str
    """``type-1``, ``type-2`` or ``emulator``."""
    arch: str
    ram_kib: int
    """What it needs for itself, without its machines."""
    program: Program | None
    """The file that a host kernel executes; none for type 1, which boots."""


@dataclass(slots=True)
class VirtualMachine:
    """A computer in software: a platform for one guest kernel."""

    name: str
    arch: str
    engine: Engine
    memory: Memory
    cores: Cores
    cpu_permille: int
    operation_ns: int
    exits_per_operation: int
    hypervisor: "Hypervisor"
    state_seq: int | None
    state: str = "on"
    has_extension: bool = False
    exits: int = 0
    occupant: Kernel | None = None


@dataclass(slots=True)
class Hypervisor:
    """A hypervisor in place. ``running`` once its platform or kernel has started it."""

    model: HypervisorModel
    below: Platform
    """The platform whose processor its guests run on."""
    host: Kernel | None
    """The kernel that it is a program of; none on bare hardware."""
    mechanisms: Mapping[str, Value]
    state: str = "off"
    state_seq: int | None = None
    machines: list[VirtualMachine] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The product's name."""
        return self.model.name

    @property
    def emulates(self) -> bool:
        """True when guest instructions are interpreted, not run."""
        return self.model.kind == "emulator" or (
            self.mechanisms["vm.assist"] == "emulation"
        )

    @property
    def cpu_permille(self) -> int:
        """CPU time in a guest, in thousandths of the bare machine's."""
        factor = figure("emulated_cpu" if self.emulates else "assisted_cpu")
        return self.below.cpu_permille * factor // 1000

    @property
    def operation_ns(self) -> int:
        """The way of one device operation of a guest, beyond the guest's kernel."""
        if self.mechanisms["vm.devices"] == "passthrough":
            return self.below.operation_ns
        if self.host is None:
            return figure("exit_in_kernel") + self.below.operation_ns
        way = figure("system_call") + figure("context_switch")
        way += 0 if self.emulates else figure("exit_to_user")
        return way + self.below.operation_ns

    @property
    def exits_per_operation(self) -> int:
        """Exits that one device operation of a guest takes."""
        direct = self.mechanisms["vm.devices"] == "passthrough"
        return 0 if direct or self.emulates else 1

    def boot(self, cause: int | None) -> Work:
        """Take the bare machine: only type 1 does, from the boot slot."""
        engine = self.below.engine
        engine.allocate()
        stream = engine.streams.of(self.name)
        yield stream.jitter(figure("guest_boot") // BOOT_SHARE, 20)
        self.begin(cause)

    def begin(self, cause: int | None) -> None:
        """Be ready. On bare hardware it takes its memory; a process has its own."""
        engine = self.below.engine
        try:
            if self.host is None:
                self.below.memory.charge(self.name, self.model.ram_kib)
        except OutOfMemoryError as error:
            self.state = "dead"
            self.state_seq = engine.record(
                self.name, "start", FAILED, cause=cause, log=str(error)
            )
            return
        self.state = "running"
        below = self.host.name if self.host else self.below.name
        self.state_seq = engine.record(
            self.name, "start", cause=cause, target=below, kind=self.model.kind
        )

    def create(
        self, name: str, ram_kib: int, cause: int | None
    ) -> VirtualMachine | None:
        """Make a virtual machine, or record why it cannot be."""
        engine = self.below.engine
        if not self.emulates and not self.below.has_extension:
            log = "hardware virtualization (VT-x, AMD-V) is not available"
            self._cannot_create(name, "ENODEV", log, cause)
            return None
        engine.allocate()
        memory = Memory(name, ram_kib, self.below.memory)
        try:
            self.below.memory.charge(f"{self.name} {name}", self._vmm_kib())
        except OutOfMemoryError as error:
            self._cannot_create(name, "ENOMEM", str(error), cause)
            return None
        seq = engine.record(
            self.name, "create_vm", cause=cause, target=name, ram_kib=ram_kib
        )
        machine = VirtualMachine(
            name=name,
            arch=self.model.arch,
            engine=engine,
            memory=memory,
            cores=self.below.cores,
            cpu_permille=self.cpu_permille,
            operation_ns=self.operation_ns,
            exits_per_operation=self.exits_per_operation,
            hypervisor=self,
            state_seq=seq,
        )
        self.machines.append(machine)
        return machine

    def _cannot_create(
        self, name: str, errno_name: str, log: str, cause: int | None
    ) -> None:
        self.below.engine.record(
            self.name,
            "create_vm",
            FAILED,
            cause=cause,
            target=name,
            errno=ERRNO[errno_name],
            errno_name=errno_name,
            log=log,
        )

    def _vmm_kib(self) -> int:
        direct = self.mechanisms["vm.devices"] == "passthrough"
        return 0 if direct else figure("vmm_memory")


def boot_guest(
    machine: VirtualMachine,
    system: System,
    disk: FileTree,
    make: Callable[[System, Platform, FileTree], Kernel],
) -> Work:
    """Start a virtual machine's firmware and the system that it finds.

    The machine's occupant is its kernel.
    """
    engine = machine.engine
    kernel = make(system, machine, disk)
    span = figure(system.boot) * FIRMWARE_SHARE // 1000
    yield engine.streams.of(machine.name).jitter(span, JITTER_PERMILLE)
    machine.state_seq = engine.record(
        machine.name,
        "power_on_self_test",
        cause=machine.state_seq,
        ram_kib=machine.memory.capacity_kib,
    )
    if system.arch != machine.arch:
        machine.state_seq = engine.record(
            machine.name,
            "boot",
            FAILED,
            cause=machine.state_seq,
            target=system.name,
            log=f"No bootable device: {system.arch} code on a {machine.arch} machine",
        )
        return
    machine.occupant = kernel
    yield from kernel.boot(machine.state_seq)
    machine.state_seq = kernel.state_seq
