"""Kernels: boot in stages, system calls, processes, death."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.mechanisms import Value
from simulator.subsystems.families import missing_call
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.loaders import (
    ERRNO,
    ExecError,
    Handler,
    Image,
    Request,
    find_image,
    refusal,
)
from simulator.subsystems.memory import OutOfMemoryError
from simulator.subsystems.platform import Platform


class Service(Protocol):
    """A hypervisor or container engine, as its host kernel knows it."""

    @property
    def name(self) -> str:
        """The product's name."""


FIRMWARE_SHARE = 100
"""Thousandths of the whole boot that the platform's firmware takes beforehand."""
STAGES = (
    ("boot_loader", 60, ""),
    ("kernel", 160, "kernel"),
    ("drivers", 180, "drivers"),
    ("init", 100, ""),
    ("services", 400, "services"),
)
"""A kernel's boot stages: name, thousandths of the whole, whose memory it takes.

The whole is calibrated; the shares are this model's choice."""

BUSY_SHARE = 4
"""One part in so many of a boot stage is CPU work, the rest waits for devices."""
JITTER_PERMILLE = 20


@dataclass(frozen=True, slots=True)
class System:
    """An operating system as installed: kernel, user land, what its boot takes."""

    name: str
    family: str
    version: str
    arch: str
    kernel_kib: int
    drivers_kib: int
    services_kib: int
    boot: str = "guest_boot"
    """The calibrated figure of a whole boot."""
    runtimes: tuple[str, ...] = ()


@dataclass(slots=True)
class Process:
    """A process. It runs, or it has ended with an exit status or a signal."""

    pid: int
    program: Program
    """The program asked for, even when an interpreter runs it."""
    image: Image
    kernel: "Kernel"
    place: str
    operation_ns: int = 0
    """What each device operation costs on top of the kernel's own path."""
    running: bool = True
    exit_status: int | None = None
    start_seq: int = 0
    served: int = 0


@dataclass(slots=True)
class Attempt:
    """What came of one execve: a process, or the error that it gave."""

    seq: int
    process: Process | None = None
    errno_name: str = ""


@dataclass(slots=True)
class Kernel:
    """One running kernel. It boots, it runs, it may die; dead, it runs nothing."""

    name: str
    system: System
    platform: Platform
    mechanisms: Mapping[str, Value]
    root: FileTree
    state: str = "off"
    """``off``, ``booting``, ``running`` or ``dead``."""
    state_seq: int | None = None
    handlers: dict[str, Handler] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    guests: list[Service] = field(default_factory=list)
    """Hypervisors and container engines that run as programs of this kernel."""

    @property
    def abis(self) -> tuple[str, ...]:
        """The system-call tables that this kernel answers."""
        return tuple(self.mechanisms[f"kernel.{self.system.family}.abi"])

    @property
    def loaders(self) -> tuple[str, ...]:
        """The binary loaders that this kernel asks, in order."""
        return tuple(self.mechanisms[f"kernel.{self.system.family}.loaders"])

    def boot(self, cause: int | None) -> Work:
        """Go through the boot stages; ``state`` says afterwards how it ended."""
        self.state = "booting"
        engine = self.platform.engine
        engine.allocate()
        stream = engine.streams.of(self.name)
        whole = stream.jitter(figure(self.system.boot), JITTER_PERMILLE)
        for stage, share, needs in STAGES:
            span = whole * share // 1000
            busy = span // BUSY_SHARE * self.platform.cpu_permille // 1000
            yield span - span // BUSY_SHARE
            yield from self.platform.cores.use(busy)
            cause = self._finish_stage(stage, needs, cause)
            if self.state == "dead":
                return
        self.state = "running"

    def execute(
        self,
        path: str,
        *,
        cause: int | None,
        root: FileTree | None = None,
        place: str = "",
        operation_ns: int = 0,
    ) -> Work:
        """Run the file at ``path``; the result is an ``Attempt``."""
        engine = self.platform.engine
        yield from self.platform.cores.use(
            figure("fork_exec") * self.platform.cpu_permille // 1000
        )
        tree = self.root if root is None else root
        request = Request(self.platform.arch, tree, self.loaders, self.handlers)
        try:
            image = find_image(path, request)
            process = self._map(
                image, tree.device, place or self.platform.name, operation_ns
            )
        except ExecError as error:
            return self._failed(path, error, cause)
        except OutOfMemoryError as error:
            return self._failed(path, ExecError("ENOMEM", str(error)), cause)
        process.start_seq = engine.record(
            self.name,
            "execve",
            cause=cause,
            target=path,
            pid=process.pid,
            loader=image.loader,
            place=process.place,
        )
        return self._begin(process)

    def register(self, handler: Handler) -> None:
        """Add a format to the ones that the loader ``misc`` knows."""
        self.handlers[handler.name] = handler

    def _finish_stage(self, stage: str, needs: str, cause: int | None) -> int:
        engine = self.platform.engine
        kib = {
            "": 0,
            "kernel": self.system.kernel_kib,
            "drivers": self.system.drivers_kib,
            "services": self.system.services_kib,
        }[needs]
        try:
            self.platform.memory.charge(needs or stage, kib)
        except OutOfMemoryError as error:
            self.state = "dead"
            self.state_seq = engine.record(
                self.name,
                f"boot_{stage}",
                FAILED,
                cause=cause,
                log=f"Kernel panic - not syncing: out of memory ({error})",
            )
            return self.state_seq
        self.state_seq = engine.record(
            self.name, f"boot_{stage}", cause=cause, ram_kib=kib
        )
        return self.state_seq

    def _map(self, image: Image, device: str, place: str, operation_ns: int) -> Process:
        self.platform.engine.allocate()
        program = image.handed or image.binary
        binaries = {binary.path: binary for binary in (image.binary, program)}
        pid = len(self.processes) + 2
        memory = self.platform.memory
        owner = f"pid {pid}"
        memory.charge(owner, sum(binary.ram_kib for binary in binaries.values()))
        shared = self.mechanisms["kernel.page_sharing"] == "on"
        try:
            for binary in binaries.values():
                file = f"{device}:{binary.path}"
                memory.map_file(file, binary.text_kib, shared=shared, owner=owner)
        except OutOfMemoryError:
            memory.release(owner)
            raise
        process = Process(pid, program, image, self, place, operation_ns)
        self.processes.append(process)
        return process

    def _begin(self, process: Process) -> Attempt:
        """Let the process make its first steps, which may be its last."""
        image = process.image
        if image.handed is not None and image.loader == "misc":
            log = refusal(image.binary.interprets, image.handed)
            if log:
                return self._ended(process, "exit", log, exit_status=1)
        call, log = missing_call(
            (*image.runtime.calls, *image.binary.calls),
            self.abis,
            self.system.family,
            self.system.version,
        )
        if call:
            return self._aborted(process, call, log)
        return Attempt(process.start_seq, process)

    def _aborted(self, process: Process, call: str, log: str) -> Attempt:
        """A process that lacks a system call gives up."""
        seq = self.platform.engine.record(
            self.name,
            "system_call",
            FAILED,
            cause=process.start_seq,
            target=call,
            errno=ERRNO["ENOSYS"],
            errno_name="ENOSYS",
            log=log,
        )
        attempt = self._ended(
            process,
            "exit",
            "cannot go on without it",
            cause=seq,
            exit_status=134,
            signal="SIGABRT",
        )
        attempt.errno_name = "ENOSYS"
        return attempt

    def _ended(
        self,
        process: Process,
        action: str,
        log: str,
        *,
        exit_status: int,
        cause: int | None = None,
        **detail: str,
    ) -> Attempt:
        process.running = False
        process.exit_status = exit_status
        self.platform.memory.release(f"pid {process.pid}")
        seq = self.platform.engine.record(
            self.name,
            action,
            FAILED,
            cause=process.start_seq if cause is None else cause,
            target=process.program.path,
            pid=process.pid,
            exit_status=exit_status,
            log=log,
            **detail,
        )
        return Attempt(seq, process)

    def _failed(self, path: str, error: ExecError, cause: int | None) -> Attempt:
        seq = self.platform.engine.record(
            self.name,
            "execve",
            FAILED,
            cause=cause,
            target=path,
            errno=error.errno,
            errno_name=error.errno_name,
            log=error.log,
        )
        return Attempt(seq, errno_name=error.errno_name)
