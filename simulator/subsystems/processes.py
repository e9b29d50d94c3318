"""Processes: who started whom, in which namespaces, and how they ended."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from simulator.calibration import figure
from simulator.engine import Gate, Task, Work
from simulator.mechanisms import Value
from simulator.subsystems.cpu import CpuGroup, Job
from simulator.subsystems.environment import BARE, Environment
from simulator.subsystems.files import FileTree, Program, Step
from simulator.subsystems.loaders import Image
from simulator.subsystems.memory import Victim
from simulator.subsystems.namespaces import Namespaces, PidNamespace
from simulator.subsystems.platform import Platform
from simulator.subsystems.sharing import CORE
from simulator.subsystems.users import Credentials, UserNamespace


class Service(Protocol):
    """A hypervisor or container engine, as its host kernel knows it."""

    @property
    def name(self) -> str:
        """The product's name."""

    def fall(self, seq: int) -> None:
        """Its kernel has died, as event ``seq`` tells: it ends, and all it runs."""

    def squeeze(self, kib: int) -> int:
        """Have what runs in it give up memory by itself; return how much came."""

    def swap_out(self, kib: int) -> int:
        """Move memory of what runs in it to its host's swap; return how much."""

    def victims(self) -> Sequence[Victim]:
        """What of it can be killed for memory, beside its own process."""


ALIVE = ("running", "stopped")


@dataclass(slots=True, eq=False)
class Process:
    """A process. It runs; it ends; its parent collects its exit status."""

    pid: int
    """Its number in the kernel's first PID namespace."""
    program: Program
    """The program asked for, even when an interpreter runs it."""
    image: Image
    kernel: "Executive"
    place: str
    namespaces: Namespaces
    credentials: Credentials
    root: FileTree
    operation_ns: int = 0
    """What each device operation costs on top of the kernel's own path."""
    parent: "Process | None" = None
    children: list["Process"] = field(default_factory=list)
    arguments: tuple[str, ...] = ()
    cgroup: Any = None
    """Its control group; None: the root, which has no limits."""
    state: str = "running"
    """``running``, ``stopped``, ``zombie`` or ``gone``."""
    exit_status: int | None = None
    """As a shell shows it: 128 and the signal's number when one killed it."""
    signal: str = ""
    """The signal that killed it."""
    start_seq: int = 0
    state_seq: int = 0
    """The event that led to its present state."""
    last_seq: int = 0
    """The last thing that it did: the cause of the next."""
    handlers: dict[str, str] = field(default_factory=dict)
    """Per signal: what the process does about it (``exit``, ``ignore``, ...)."""
    pending: list[tuple[str, "Process | None"]] = field(default_factory=list)
    """Signals, and who sent each, that wait until a stopped process goes on."""
    resumed: Gate = field(default_factory=Gate)
    """Opens when a stopped process goes on."""
    is_subreaper: bool = False
    reaps: bool = False
    """True when it waits for every child that it has, adopted ones too."""
    last_status: int = 0
    """Exit status of the child that it waited for last."""
    output: list[str] | None = None
    """Where its standard output goes; None: nobody keeps it."""
    served: int = 0
    busy: int = 0
    """Requests that it is at work on."""
    turn: Gate | None = None
    """What requests wait for while all its workers are busy."""
    computing: int = 0
    """How many of its threads want a processor now."""
    cpu_us: int = 0
    """CPU time that it has had for work that is done."""
    environment: Environment = BARE
    jobs: list[Job] = field(default_factory=list)
    """What its threads want a processor for now."""
    children_in: Namespaces | None = None
    """Where its children live, after it asked for a new PID namespace for them."""
    pids: tuple[tuple[PidNamespace, int], ...] = ()
    """Its number in each PID namespace that it can be seen from."""
    tasks: list[Task] = field(default_factory=list)
    """What it is doing; all of that ends with it."""
    ended: Gate = field(default_factory=Gate)
    watchers: list[Callable[["Process"], None]] = field(default_factory=list)
    """Called once when it ends."""

    @property
    def running(self) -> bool:
        """True until it ends, unless it is stopped."""
        return self.state == "running"

    @property
    def alive(self) -> bool:
        """True until it ends."""
        return self.state in ALIVE

    @property
    def owner(self) -> str:
        """Its name in the accounts of memory."""
        return f"pid {self.pid}"

    @property
    def cpu_group(self) -> CpuGroup | None:
        """What its threads share their time with; None: they stand alone."""
        group: CpuGroup | None = self.cgroup.cpu_group if self.cgroup else None
        return group

    @property
    def held(self) -> Gate | None:
        """What it waits for while it is stopped or its cgroup is frozen."""
        if self.state == "stopped":
            return self.resumed
        for group in () if self.cgroup is None else self.cgroup.chain:
            if group.frozen:
                thawed: Gate = group.thawed
                return thawed
        return None

    @property
    def pid_inside(self) -> int:
        """Its number in its own PID namespace."""
        return self.pids[0][1]

    @property
    def cpu_permille(self) -> int:
        """Time for its CPU work in thousandths of that on the bare machine."""
        platform = self.kernel.platform
        emulated = figure("emulated_cpu") if self.image.is_emulated else 1000
        return platform.cpu_permille * emulated // 1000

    @property
    def serves(self) -> Program:
        """What one request takes: the program's own figures, more when emulated."""
        if not self.image.is_emulated:
            return self.program
        work = self.program.cpu_us * figure("emulated_cpu") // 1000
        return replace(self.program, cpu_us=work)

    @property
    def used_us(self) -> int:
        """CPU time that it has had up to now, for work under way too."""
        now = self.kernel.platform.engine.now
        return self.cpu_us + sum(job.done_us(now) for job in self.jobs)

    @property
    def share_permille(self) -> int:
        """What it has of the processors at this moment, in thousandths of a core."""
        return sum(job.rate for job in self.jobs) * 1000 // CORE

    def compute(self, microseconds: int) -> Work:
        """Use a core for so long, as far as its cgroup lets it."""
        self.computing += 1
        cores = self.kernel.platform.cores
        yield from cores.use(microseconds, self.cpu_group, self.jobs)
        self.computing -= 1
        self.cpu_us += microseconds

    def pid_in(self, namespace: PidNamespace) -> int:
        """Return its number in a namespace; 0 when it cannot be seen from there."""
        for seen, pid in self.pids:
            if seen is namespace:
                return pid
        return 0

    def may(self, capability: str, owner: UserNamespace) -> bool:
        """Return whether it holds a capability over what ``owner`` owns."""
        if self.kernel.mechanisms["kernel.capabilities"] == "global":
            return capability in self.credentials.capabilities
        return self.credentials.may(capability, owner)

    def become(self, image: Image, arguments: tuple[str, ...]) -> None:
        """Be another program: its own handlers, but what was ignored stays so."""
        self.image, self.program = image, image.handed or image.binary
        kept = {name: what for name, what in self.handlers.items() if what == "ignore"}
        self.handlers = {**kept, **dict(self.program.signals)}
        self.reaps, self.arguments = self.program.reaps, arguments

    def descendants(self) -> Iterator["Process"]:
        """Go through children, their children and so on, each after its parent."""
        for child in self.children:
            yield child
            yield from child.descendants()


@dataclass(slots=True)
class Attempt:
    """What came of one execve: a process, or the error that it gave."""

    seq: int
    process: Process | None = None
    errno_name: str = ""


class Executive(Protocol):
    """A kernel, as its processes and those who deal with them know it."""

    name: str
    platform: Platform
    root: FileTree
    mechanisms: Mapping[str, Value]
    state: str
    state_seq: int | None
    init: Process | None
    namespaces: Namespaces
    processes: list[Process]
    watchers: list[Callable[[int], None]]
    pages: Any
    """Its management of memory."""
    pids_used: int

    @property
    def swap_kib(self) -> int:
        """Swap space that it has."""

    @property
    def overcommit(self) -> str:
        """What it promises of memory: ``heuristic``, ``never`` or ``always``."""

    @property
    def family(self) -> str:
        """Linux, Windows NT or Darwin, as the families of kernels are called."""

    @property
    def survives_bugs(self) -> bool:
        """True when a bug in a system call costs only the process that made it."""

    @property
    def guests(self) -> Sequence[Service]:
        """Hypervisors and container engines that run as its programs."""

    def everyone(self) -> Iterator[Process]:
        """Go through all processes that there ever were, init first."""

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
        """Run the file at ``path`` in a new process; the result is an ``Attempt``."""

    def replace(
        self,
        process: Process,
        path: str,
        *,
        cause: int | None,
        arguments: tuple[str, ...] = (),
    ) -> Work:
        """Let a process become another program; the result is an ``Attempt``."""

    def begin(self, process: Process, steps: tuple[Step, ...]) -> None:
        """Let a process carry out these steps."""

    def fork(self, process: Process, cause: int | None) -> Process | None:
        """Make a copy of a process, which is its child; None when it may not."""

    def signal(
        self,
        process: Process,
        name: str,
        cause: int | None,
        sender: Process | None = None,
    ) -> int:
        """Send a signal; return the ``seq`` of what it led to."""

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

    def new_numbers(self, count: int) -> int:
        """Return the first of so many new numbers for namespaces."""

    def bug(self, process: Process | None, cause: int | None) -> int:
        """Run into a bug of its own; return the ``seq`` of what that led to."""

    def panic(self, log: str, cause: int | None) -> int:
        """Die, and take along all that shares this kernel; return that ``seq``."""


def numbered(namespaces: Namespaces) -> tuple[tuple[PidNamespace, int], ...]:
    """Take the next number in a PID namespace and in each one around it."""
    pids = []
    namespace: PidNamespace | None = namespaces.pid
    while namespace is not None:
        namespace.last_pid += 1
        pids.append((namespace, namespace.last_pid))
        namespace = namespace.parent
    return tuple(pids)


def enter(process: Process) -> None:
    """Make a new process known to its parent and to its PID namespace."""
    if process.parent is not None:
        process.parent.children.append(process)
    namespace = process.namespaces.pid
    if namespace.init is None:
        namespace.init = process
