"""Kernels: boot in stages, system calls, processes, death."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.mechanisms import Value, listed
from simulator.subsystems import exits, signals
from simulator.subsystems.behaviour import begin
from simulator.subsystems.cgroups import Cgroup, Cgroups
from simulator.subsystems.environment import BARE, Environment
from simulator.subsystems.families import COMPATIBLE, missing_call
from simulator.subsystems.files import FileTree, Program, Step
from simulator.subsystems.formats import formats_of
from simulator.subsystems.loaders import (
    ERRNO,
    ExecError,
    Image,
    Request,
    find_image,
    refusal,
)
from simulator.subsystems.memory import OutOfMemoryError
from simulator.subsystems.namespaces import (
    FIRST_NUMBER,
    Namespaces,
    initial_namespaces,
)
from simulator.subsystems.pages import Pages
from simulator.subsystems.platform import Platform
from simulator.subsystems.processes import (
    Attempt,
    Process,
    Service,
    enter,
    numbered,
)
from simulator.subsystems.systems import (
    BUSY_SHARE,
    JITTER_PERMILLE,
    STAGES,
    System,
    init_image,
)
from simulator.subsystems.users import Credentials, UserNamespace


class Setting(NamedTuple):
    """Where a program is executed, for whom, and what it can see."""

    root: FileTree
    place: str
    namespaces: Namespaces
    credentials: Credentials
    parent: Process | None = None
    operation_ns: int = 0
    cgroup: Cgroup | None = None
    arguments: tuple[str, ...] = ()
    environment: Environment = BARE


@dataclass(slots=True, eq=False)
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
    started_us: int = 0
    """When it began to boot, in virtual time."""
    processes: list[Process] = field(default_factory=list)
    guests: list[Service] = field(default_factory=list)
    """Hypervisors and container engines that run as programs of this kernel."""
    init: Process | None = None
    """Process 1, from the boot stage ``init`` on."""
    namespaces: Namespaces = field(init=False)
    """The ones that it boots with."""
    abis: tuple[str, ...] = field(init=False)
    """The system-call tables that it answers."""
    loaders: tuple[str, ...] = field(init=False)
    """The binary loaders that it asks, in order."""
    superuser: Credentials = field(init=False)
    """Who may do everything: user 0 of the first user namespace."""
    cgroups: Cgroups = field(init=False)
    pages: Pages = field(init=False)
    pids_used: int = 0
    """Processes that hold a number: all that ended and were collected do not."""
    watchers: list[Callable[[int], None]] = field(default_factory=list)
    """Called with the ``seq`` of the event when the kernel dies."""
    on_panic: Callable[[int], None] | None = None
    """What its machine does after a panic, if it does not hang."""
    _last_number: int = FIRST_NUMBER

    def __post_init__(self) -> None:
        """Make the first namespaces, never to be without; know the mechanisms."""
        family = self.system.family
        self.abis = listed(self.mechanisms[f"kernel.{family}.abi"])
        self.loaders = listed(self.mechanisms[f"kernel.{family}.loaders"])
        self.namespaces = initial_namespaces(self.root, self.platform.name)
        self.superuser = Credentials(0, self.namespaces.user)
        self.cgroups = Cgroups(self.platform, self.mechanisms)
        self.pages = Pages(self)

    @property
    def family(self) -> str:
        """Linux, Windows NT or Darwin, as the families of kernels are called."""
        return self.system.family

    @property
    def swap_kib(self) -> int:
        """Swap space that the system turns on at its boot."""
        return self.system.swap_kib

    @property
    def overcommit(self) -> str:
        """What it promises of memory; only Linux promises more than there is."""
        if self.system.family != "linux":
            return "never"
        return str(self.mechanisms["kernel.overcommit"])

    def boot(self, cause: int | None) -> Work:
        """Go through the boot stages; ``state`` says afterwards how it ended."""
        self.state = "booting"
        engine = self.platform.engine
        self.started_us = engine.now
        engine.allocate()
        stream = engine.streams.of(self.name)
        whole = stream.jitter(figure(self.system.boot), JITTER_PERMILLE)
        for stage, share, needs in STAGES:
            span = whole * share // 1000
            busy = span // BUSY_SHARE * self.platform.cpu_permille // 1000
            yield span - span // BUSY_SHARE
            yield from self.platform.cores.use(busy)
            if self.state != "dead":
                cause = self._finish_stage(stage, needs, cause)
            if self.state == "dead":
                return
        self.state = "running"
        if self.system.family == "linux":
            self.platform.memory.relief = self.pages.relieve

    def resume(self, images: Iterable[Image], cause: int) -> Work:
        """Run on as the copy of a kernel that was saved, with the programs it had.

        Its programs begin their steps anew: a copy knows no more of them.
        """
        self.platform.engine.allocate()
        memory = self.platform.memory
        system = self.system
        memory.relief = self.pages.relieve
        for owner, kib in (
            ("kernel", system.kernel_kib),
            ("drivers", system.drivers_kib),
            ("services", system.services_kib),
        ):
            memory.charge(owner, kib)
        self.state, self.state_seq = "running", cause
        self._start_init(cause)
        for image in images:
            setting = Setting(
                self.root,
                self.platform.name,
                self.namespaces,
                self.superuser,
                self.init,
            )
            process = self._enter(image, setting)
            process.start_seq = process.state_seq = process.last_seq = cause
            yield from self._load(process)

    def begin_at_once(self, cause: int | None) -> int:
        """Be up without a boot: a kernel that is a program of another one.

        Return the ``seq`` of that; ``state`` says whether there was memory for it.
        """
        self.platform.engine.allocate()
        seq = self._finish_stage("kernel", "kernel", cause)
        if self.state == "dead":
            return seq
        self.state = "running"
        return self._finish_stage("init", "", seq)

    def execute(
        self,
        path: str,
        *,
        cause: int | None,
        root: FileTree | None = None,
        place: str = "",
        operation_ns: int = 0,
        namespaces: Namespaces | None = None,
        credentials: Credentials | None = None,
        cgroup: Any = None,
        parent: Process | None = None,
        arguments: tuple[str, ...] = (),
        environment: Environment | None = None,
    ) -> Work:
        """Run the file at ``path`` in a new process; the result is an ``Attempt``.

        What is left out is as for a program of the machine's own root user, started
        by init.
        """
        yield from self.platform.cores.use(
            figure("fork_exec") * self.platform.cpu_permille // 1000,
            None if cgroup is None else cgroup.cpu_group,
        )
        setting = Setting(
            self.root if root is None else root,
            place or self.platform.name,
            namespaces or self.namespaces,
            credentials or self.superuser,
            parent or self.init,
            operation_ns,
            cgroup,
            arguments,
            environment or (parent.environment if parent else BARE),
        )
        if self.state != "running":
            return Attempt(cause or 0, errno_name="EIO")
        if setting.namespaces.pid.has_ended:
            return Attempt(self._no_memory(path, cause), errno_name="ENOMEM")
        if not self._may_fork(cgroup):
            seq = self._cannot_fork(path, parent, cgroup, cause)
            return Attempt(seq, errno_name="EAGAIN")
        return (yield from self._execute(path, setting, cause))

    def everyone(self) -> Iterator[Process]:
        """Go through all processes that there ever were, init first."""
        if self.init is not None:
            yield self.init
        yield from self.processes

    def fork(self, process: Process, cause: int | None) -> Process | None:
        """Make a copy of a process, which is its child; None when it may not."""
        path, namespaces = process.program.path, process.children_in
        if (namespaces or process.namespaces).pid.has_ended:
            process.last_seq = self._no_memory(path, cause)
            return None
        if not self._may_fork(process.cgroup):
            process.last_seq = self._cannot_fork(path, process, process.cgroup, cause)
            return None
        if not self.pages.may_fork(process):
            process.last_seq = self._no_memory(path, cause)
            return None
        self.platform.engine.allocate()
        setting = Setting(
            process.root,
            process.place,
            namespaces or process.namespaces,
            process.credentials,
            process,
            process.operation_ns,
            process.cgroup,
            process.arguments,
            process.environment,
        )
        child = self._enter(process.image, setting)
        child.handlers = dict(process.handlers)
        self.pages.fork(process, child)
        child.start_seq = self.platform.engine.record(
            self.name,
            "fork",
            cause=cause,
            target=process.program.path,
            pid=child.pid,
            parent=process.pid,
        )
        child.state_seq = child.last_seq = child.start_seq
        return child

    def begin(self, process: Process, steps: tuple[Step, ...]) -> None:
        """Let a process carry out these steps."""
        begin(process, steps)

    def replace(
        self,
        process: Process,
        path: str,
        *,
        cause: int | None,
        arguments: tuple[str, ...] = (),
    ) -> Work:
        """Let a process become another program; the result is an ``Attempt``."""
        yield from process.compute(
            figure("fork_exec") * self.platform.cpu_permille // 1000
        )
        request = self._request(process.root, process.namespaces.user)
        try:
            image = find_image(path, request)
        except ExecError as error:
            return self._failed(path, error, cause)
        self.pages.forget(process)
        process.become(image, arguments)
        process.last_seq = self._record_exec(process, cause)
        return (yield from self._load(process))

    def signal(
        self,
        process: Process,
        name: str,
        cause: int | None,
        sender: Process | None = None,
    ) -> int:
        """Send a signal; return the ``seq`` of what it led to.

        ``sender`` None is the kernel's own root, outside all containers.
        """
        return signals.deliver(self, process, name, cause, sender)

    def end(
        self,
        process: Process,
        *,
        exit_status: int | None = None,
        signal: str = "",
        cause: int | None,
        log: str = "",
    ) -> int:
        """End a process by a status of its own or a signal; return that ``seq``."""
        return exits.end(
            self, process, exit_status=exit_status, signal=signal, cause=cause, log=log
        )

    def bug(self, process: Process | None, cause: int | None) -> int:
        """Run into a bug of the kernel's own code; return what that led to.

        In the middle of a system call Linux can give up that process alone; in an
        interrupt, which belongs to nobody, no kernel can.
        """
        return exits.bug(self, process, cause)

    def panic(self, log: str, cause: int | None) -> int:
        """Die, and take along all that shares this kernel; return that ``seq``."""
        seq = exits.panic(self, log, cause)
        if self.on_panic is not None:
            self.on_panic(seq)
        return seq

    @property
    def survives_bugs(self) -> bool:
        """True when a bug in a system call costs only the process that made it."""
        return self.system.family == "linux" and not self.system.panic_on_oops

    def fall(self, seq: int) -> None:
        """Stop without a word: what this kernel stands on is gone, by event ``seq``."""
        exits.fall(self, seq)

    def new_numbers(self, count: int) -> int:
        """Return the first of so many new numbers for namespaces."""
        first = self._last_number
        self._last_number += count
        return first

    def _finish_stage(self, stage: str, needs: str, cause: int | None) -> int:
        engine = self.platform.engine
        kib = getattr(self.system, f"{needs}_kib") if needs else 0
        try:
            self.platform.memory.charge(needs or stage, kib)
        except OutOfMemoryError as error:
            if self.state == "dead" and self.state_seq is not None:
                return self.state_seq
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
        if stage == "init":
            self._start_init(self.state_seq)
        return self.state_seq

    def _execute(self, path: str, setting: Setting, cause: int | None) -> Work:
        request = self._request(setting.root, setting.namespaces.user)
        try:
            image = find_image(path, request)
            self._admit(image)
        except ExecError as error:
            return self._failed(path, error, cause)
        self.platform.engine.allocate()
        process = self._enter(image, setting)
        process.start_seq = self._record_exec(process, cause)
        process.state_seq = process.last_seq = process.start_seq
        return (yield from self._load(process))

    def _admit(self, image: Image) -> None:
        """Raise ExecError when a program needs more memory than may be promised."""
        wanted = sum([binary.ram_kib for binary in _binaries(image)])
        if not self.pages.may_commit(wanted):
            memory = self.platform.memory
            error = OutOfMemoryError(memory.name, wanted, memory.free_kib)
            raise ExecError("ENOMEM", str(error))

    def _load(self, process: Process) -> Work:
        """Give a program its memory and let it begin; it may be killed on the way."""
        shared = self.mechanisms["kernel.page_sharing"] == "on"
        binaries = _binaries(process.image)
        own = sum([b.ram_kib if shared else b.ram_kib + b.text_kib for b in binaries])
        fits = yield from self.pages.take(process, own, touches=False)
        for binary in binaries if shared else ():
            if fits and binary.text_kib:
                file = f"{process.root.device_of(binary.path)}:{binary.path}"
                fits = yield from self.pages.map_text(process, file, binary.text_kib)
        if not process.alive:
            return Attempt(process.state_seq, process)
        if not fits:
            seq = self.end(
                process,
                signal="SIGKILL",
                cause=process.last_seq,
                log="Killed: no memory for its pages",
            )
            return Attempt(seq, process, "ENOMEM")
        return self._begin(process)

    def _request(self, root: FileTree, user: UserNamespace) -> Request:
        """Return an execve that begins, with all that loaders ask for."""
        arch = self.platform.arch
        old = self.mechanisms["kernel.compat32"] == "on"
        compatible = COMPATIBLE.get(arch, ()) if old else ()
        return Request(arch, root, self.loaders, formats_of(user), compatible)

    def _record_exec(self, process: Process, cause: int | None) -> int:
        program = process.program
        return self.platform.engine.record(
            self.name,
            "execve",
            cause=cause,
            target=program.path,
            pid=process.pid,
            loader=process.image.loader,
            place=process.place,
        )

    def _enter(self, image: Image, setting: Setting) -> Process:
        """Make a process and enter it into the tables."""
        pids = numbered(setting.namespaces)
        program = image.handed or image.binary
        process = Process(
            pid=pids[-1][1],
            program=program,
            image=image,
            kernel=self,
            place=setting.place,
            namespaces=setting.namespaces,
            credentials=setting.credentials,
            root=setting.root,
            operation_ns=setting.operation_ns,
            parent=setting.parent,
            arguments=setting.arguments,
            cgroup=setting.cgroup,
            environment=setting.environment,
            handlers=dict(program.signals),
            reaps=program.reaps,
            pids=pids,
            output=setting.parent.output if setting.parent else None,
        )
        enter(process)
        self.processes.append(process)
        self.pids_used += 1
        if setting.cgroup is not None:
            setting.cgroup.enter(process)
        return process

    def _may_fork(self, cgroup: Cgroup | None) -> bool:
        fits = self.pids_used < self.system.pid_max
        return fits and (cgroup is None or cgroup.may_fork())

    def _start_init(self, seq: int) -> None:
        setting = Setting(
            self.root, self.platform.name, self.namespaces, self.superuser
        )
        self.init = self._enter(init_image(self.system), setting)
        self.processes.remove(self.init)
        self.init.start_seq = self.init.state_seq = self.init.last_seq = seq

    def _begin(self, process: Process) -> Attempt:
        """Let the process make its first steps, which may be its last."""
        image = process.image
        if image.handed is not None and image.loader == "misc":
            log = refusal(image.binary.interprets, image.handed)
            if log:
                seq = self.end(process, exit_status=1, cause=process.start_seq, log=log)
                return Attempt(seq, process)
        call, log = missing_call(
            (*image.runtime.calls, *image.binary.calls),
            self.abis,
            self.system.family,
            self.system.version,
        )
        if call:
            return self._aborted(process, call, log)
        begin(process)
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
        seq = self.end(
            process, signal="SIGABRT", cause=seq, log="cannot go on without it"
        )
        return Attempt(seq, process, "ENOSYS")

    def _no_memory(self, path: str, cause: int | None) -> int:
        """Record ENOMEM of fork: nothing may be promised any more.

        So it is also in a PID namespace whose init has ended.
        """
        return self.platform.engine.record(
            self.name,
            "fork",
            FAILED,
            cause=cause,
            target=path,
            errno=ERRNO["ENOMEM"],
            errno_name="ENOMEM",
            log="fork: Cannot allocate memory",
        )

    def _cannot_fork(
        self,
        path: str,
        process: Process | None,
        cgroup: Cgroup | None,
        cause: int | None,
    ) -> int:
        """Record that there is no number for one more process."""
        detail: dict[str, object] = {} if process is None else {"pid": process.pid}
        if cgroup is not None and not cgroup.has_pids_left:
            detail["kernel_log"] = f"fork rejected by pids controller in /{cgroup.name}"
        return self.platform.engine.record(
            self.name,
            "fork",
            FAILED,
            cause=cause,
            target=path,
            **detail,
            errno=ERRNO["EAGAIN"],
            errno_name="EAGAIN",
            log="fork: retry: Resource temporarily unavailable",
        )

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


def _binaries(image: Image) -> tuple[Program, ...]:
    """Return the files that an image is made of: the program, its interpreter."""
    if image.handed is None:
        return (image.binary,)
    return tuple({b.path: b for b in (image.binary, image.handed)}.values())
