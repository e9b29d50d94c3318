"""A hypervisor in place: its memory, its machines, and what their exits cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.mechanisms import Value
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.memory import OutOfMemoryError, Victim
from simulator.subsystems.platform import Hop, Platform
from simulator.subsystems.virtualization.assist import NoAssistError, choose_assist
from simulator.subsystems.virtualization.machine import VirtualMachine
from simulator.subsystems.virtualization.memory import GuestMemory
from simulator.subsystems.virtualization.models import HypervisorModel
from simulator.subsystems.virtualization.monitors import MONITORS
from simulator.subsystems.virtualization.overcommit import (
    asks,
    drop_unused,
    squeeze,
    swap_guests,
)
from simulator.subsystems.virtualization.paging import (
    HUGE_LEVELS,
    LEVELS,
    nested_walk_references,
)
from simulator.subsystems.virtualization.root import boot_root
from simulator.subsystems.virtualization.vcpus import (
    ALL_CORES,
    CpuShare,
    virtual_cores,
)
from simulator.subsystems.virtualization.ways import (
    host_hops,
    outer_exits,
    platform_api_hops,
    reflected,
)

BOOT_SHARE = 2
"""A type-1 hypervisor boots in one part in so many of a general system's boot: it
has fewer drivers and services to start. The share is this model's choice."""


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
    swapped_kib: int = 0
    """Memory of guests that is in swap."""
    shared: dict[str, int] = field(default_factory=dict)
    """Frames that guests share, by what is in them, in KiB."""
    root: VirtualMachine | None = None
    """The partition whose system owns the devices and manages the others."""

    @property
    def name(self) -> str:
        """The product's name."""
        return self.model.name

    def cpu_permille(self, assist: str) -> int:
        """CPU time of guest programs, in thousandths of the bare machine's.

        On the processor itself the loss is that of the exits which any guest has
        (clock ticks, for one); on a nested processor each of them costs several.
        """
        bare = self.below.cpu_permille
        if assist in {"translation", "emulation"}:
            direct = "direct_cpu" if assist == "translation" else "emulated_cpu"
            return bare * figure(direct) // 1000
        loss = figure("assisted_cpu") - 1000
        return bare * (1000 + loss * self._levels_of_exits()) // 1000

    def kernel_permille(self, assist: str) -> int:
        """CPU time of guest kernels: translated code is rewritten as it is met."""
        if assist == "translation":
            return self.below.kernel_permille * figure("emulated_cpu") // 1000
        return self.cpu_permille(assist)

    def walk_references(self, assist: str) -> int:
        """Memory references of one page walk in a guest."""
        if assist == "root" or self._pages_by_shadow(assist):
            return self.below.walk_references
        huge = self.mechanisms["vm.backing"] == "huge"
        return nested_walk_references(LEVELS, HUGE_LEVELS if huge else LEVELS)

    def exit(self, ns: int) -> list[Hop]:
        """Return the hops of one exit that costs ``ns`` on bare hardware.

        On a virtual machine the hypervisor below gets each exit first.
        """
        own = Hop(self.name, "exit", ns, exits=1)
        if not isinstance(self.below, VirtualMachine):
            return [own]
        outer = self.below.hypervisor
        one = outer.exit(figure("exit_in_kernel"))
        return [reflected(outer.name, one, self._levels_of_exits()), own]

    def way(self, operation: str, assist: str) -> tuple[Hop, ...]:
        """What one operation of a guest goes through beyond the guest's kernel."""
        if assist == "root":
            return self.below.way(operation)
        if operation == "device":
            return (*self._device_hops(assist), *self.below.way(operation))
        if assist in {"translation", "emulation"}:
            return ()
        if operation == "page_fault":
            return tuple(self._page_fault_hops(assist))
        return tuple(self._forwarded() or self.exit(figure("exit_in_kernel")))

    def fall(self, seq: int) -> None:
        """What it stands on is gone, as event ``seq`` tells: so are its machines."""
        self.state, self.state_seq = "dead", seq
        for machine in self.machines:
            machine.fall(seq)

    def squeeze(self, kib: int) -> int:
        """Take memory from guests that have a balloon; return how much came."""
        return squeeze(self, kib)

    def swap_out(self, kib: int) -> int:
        """Move memory of guests to the host's swap, or to its own; how much."""
        moved = swap_guests(self, kib)
        self.swapped_kib += moved
        if self.host is not None:
            self.host.pages.swapped_kib += moved
        return moved

    def bring_back(self, machine: VirtualMachine, kib: int) -> None:
        """Bring pages of a guest back from swap, as far as there is room."""
        memory = machine.memory
        if not isinstance(memory, GuestMemory):
            return
        before = memory.swapped_kib
        memory.swap_in(kib)
        self._no_longer_swapped(before - memory.swapped_kib)

    def _no_longer_swapped(self, kib: int) -> None:
        self.swapped_kib -= kib
        if self.host is not None:
            self.host.pages.swapped_kib -= kib

    def _relieve(self, kib: int) -> None:
        """Free memory of the bare machine: no kernel of a host does it here.

        Where that is not enough the machine that asks is switched off: its guest
        was promised the page, and has no way to hear that there is none.
        """
        freed = squeeze(self, kib)
        room = self.model.swap_kib - self.swapped_kib
        if freed < kib and room > 0:
            freed += self.swap_out(min(kib - freed, room))
        asking = next((m for m in self.machines if asks(m)), None)
        if freed >= kib or asking is None:
            return
        seq = self.below.engine.record(
            self.name,
            "no_frame",
            FAILED,
            cause=asking.state_seq,
            target=asking.name,
            log=f"no frame for a page of {asking.name}: it is switched off",
        )
        self.end(asking, seq)

    def victims(self) -> Sequence[Victim]:
        """Return its machines as its host's kernel sees them: one process each."""
        charges = self.below.memory.charges
        return [
            Victim(
                machine.name,
                charges.get(machine.name, 0)
                + charges.get(self._monitor_of(machine.name), 0),
                partial(self.end, machine),
            )
            for machine in self.machines
            if machine.state == "on" and machine.assist != "root"
        ]

    def boot(self, cause: int | None) -> Work:
        """Take the bare machine: only type 1 does, from the boot slot.

        With a root partition it is loaded beside that system, which boots then.
        """
        engine = self.below.engine
        engine.allocate()
        if self.root is not None:
            self.begin(cause)
            if self.state == "running":
                yield from boot_root(self.root, self.name, self.state_seq)
            return
        stream = engine.streams.of(self.name)
        yield stream.jitter(figure("guest_boot") // BOOT_SHARE, 20)
        self.begin(cause)

    def begin(self, cause: int | None) -> None:
        """Be ready. On bare hardware it takes its memory; a process has its own."""
        engine = self.below.engine
        try:
            if self.host is None:
                self.below.memory.charge(self.name, self.model.ram_kib)
                if self.root is None:
                    self.below.memory.relief = self._relieve
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
        self,
        name: str,
        ram_kib: int,
        cause: int | None,
        *,
        nested: bool | None = None,
        share: CpuShare = ALL_CORES,
        shows_processor: bool = True,
        has_balloon: bool = False,
    ) -> VirtualMachine | None:
        """Make a virtual machine, or record why it cannot be.

        ``nested`` says whether the guest sees the processor's virtualization
        extension; by default the mechanism ``vm.nested`` does. ``share`` is what it
        gets of the cores. A machine that ``shows_processor`` has all instructions
        of the processor below, one that does not only those that all have. With
        ``has_balloon`` its guest has the driver that gives memory back.
        """
        try:
            assist = choose_assist(self.model, self.below, self.mechanisms)
        except NoAssistError as error:
            self._cannot_create(name, "ENODEV", str(error), cause)
            return None
        engine = self.below.engine
        engine.allocate()
        memory = GuestMemory(
            name,
            ram_kib,
            self.below.memory,
            has_balloon=has_balloon,
            deflates=self.mechanisms["vm.balloon"] == "deflates",
            reports_free=self.mechanisms["vm.free_pages"] == "reported",
        )
        try:
            self.below.memory.charge(self._monitor_of(name), self._vmm_kib())
        except OutOfMemoryError as error:
            self._cannot_create(name, "ENOMEM", str(error), cause)
            return None
        seq = engine.record(
            self.name,
            "create_vm",
            cause=cause,
            target=name,
            ram_kib=ram_kib,
            assist=assist,
        )
        if nested is None:
            nested = self.mechanisms["vm.nested"] == "exposed"
        machine = VirtualMachine(
            name=name,
            arch=self.model.arch,
            engine=engine,
            memory=memory,
            cores=virtual_cores(name, self.below.cores, share),
            hypervisor=self,
            assist=assist,
            state_seq=seq,
            has_extension=nested and assist == "hardware",
            has_nested_paging=self.below.has_nested_paging,
            cpu_flags=self.below.cpu_flags if shows_processor else frozenset(),
        )
        self.machines.append(machine)
        return machine

    def launch(self, machine: VirtualMachine) -> Work:
        """Start the monitor of a machine: its guest's first instruction is next."""
        yield from MONITORS[self.model.monitor].begin(self.below.cores)
        if machine.state == "on":
            machine.state_seq = self.below.engine.record(
                self.name, "start_monitor", cause=machine.state_seq, target=machine.name
            )

    def end(self, machine: VirtualMachine, seq: int) -> None:
        """What ran a machine was killed, by event ``seq``: its memory is free."""
        machine.fall(seq)
        self._no_longer_swapped(_swapped_kib(machine))
        machine.memory.leave()
        drop_unused(self)
        self.below.memory.release(self._monitor_of(machine.name))

    def empty(self, machine: VirtualMachine) -> None:
        """Forget what was in a machine's memory; the frames behind it stay."""
        self._no_longer_swapped(_swapped_kib(machine))
        machine.memory = cast("GuestMemory", machine.memory).anew()
        drop_unused(self)

    def _monitor_of(self, name: str) -> str:
        """Return who has the monitor's own memory in the accounts of the host."""
        return f"{self.name} {name}"

    def has_room(self, machine: VirtualMachine) -> bool:
        """Return whether a machine from elsewhere fits into the memory here."""
        memory = self.below.memory
        wanted = machine.memory.used_kib + self._vmm_kib()
        return wanted <= memory.capacity_kib - memory.used_kib

    def refusal(self, machine: VirtualMachine) -> str:
        """Return why a machine from elsewhere could not run here; empty: it could."""
        try:
            choose_assist(self.model, self.below, self.mechanisms)
        except NoAssistError as error:
            return str(error)
        if self.below.arch != machine.arch:
            return f"no {machine.arch} processor there"
        return "" if self.has_room(machine) else "Cannot allocate memory on the target"

    def give_up(self, machine: VirtualMachine) -> None:
        """Have a machine no longer: it goes on elsewhere, or is no more."""
        self.machines.remove(machine)
        self._no_longer_swapped(_swapped_kib(machine))
        drop_unused(self)
        for owner in (machine.name, self._monitor_of(machine.name)):
            self.below.memory.release(owner)

    def adopt(self, machine: VirtualMachine) -> None:
        """Go on with a machine that another hypervisor had, as ``refusal`` allows."""
        below = self.below
        below.memory.charge(self._monitor_of(machine.name), self._vmm_kib())
        if not isinstance(machine.memory, GuestMemory):
            raise AssertionError  # noqa: TRY004  a root partition
        machine.memory.settle()
        below.memory.charge(machine.name, machine.memory.used_kib)
        self.machines.append(machine)
        machine.hypervisor = self
        machine.memory.host = below.memory
        machine.network_mib_s = below.network_mib_s
        machine.assist = choose_assist(self.model, below, self.mechanisms)
        machine.has_nested_paging = below.has_nested_paging
        machine.cores.move(below.cores)

    def _levels_of_exits(self) -> int:
        """Return how many exits of the level below one exit here takes."""
        if isinstance(self.below, VirtualMachine) and self.below.assist == "hardware":
            return outer_exits(self.mechanisms["vm.nested_exits"])
        return 1

    def _pages_by_shadow(self, assist: str) -> bool:
        return (
            assist in {"translation", "emulation"}
            or not self.below.has_nested_paging
            or self.mechanisms["vm.paging"] == "shadow"
        )

    def _device_hops(self, assist: str) -> list[Hop]:
        if self.mechanisms["vm.devices"] == "passthrough":
            return []
        if self.host is None:
            return self.exit(figure("exit_in_kernel"))
        if assist in {"translation", "emulation"}:
            return host_hops(self.host)
        if self.mechanisms["vm.devices"] == "in-kernel":
            return self._forwarded() or self.exit(figure("exit_in_kernel"))
        exited = self._forwarded() or self.exit(figure("exit_to_user"))
        return [*exited, *host_hops(self.host)]

    def _page_fault_hops(self, assist: str) -> list[Hop]:
        if not self._pages_by_shadow(assist):
            return []
        extra = figure("shadow_first_touch") - figure("first_touch")
        return self.exit(extra)

    def _forwarded(self) -> list[Hop]:
        """Return the hops of an exit that the hypervisor below passes on."""
        below = self.below
        if (
            self.host is None
            or not isinstance(below, VirtualMachine)
            or below.assist != "root"
        ):
            return []
        return platform_api_hops(self.name, self.host, below.hypervisor.name)

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
        return 0 if direct else MONITORS[self.model.monitor].ram_kib


def _swapped_kib(machine: VirtualMachine) -> int:
    memory = machine.memory
    return memory.swapped_kib if isinstance(memory, GuestMemory) else 0
