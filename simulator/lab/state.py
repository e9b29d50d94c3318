"""What a session in the lab holds: the world, and a stack of consoles on it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.engine import Engine, Task
from simulator.lab.records import Record
from simulator.subsystems.environment import Environment
from simulator.subsystems.processes import Executive, Process
from simulator.world import World

Sink = Callable[[str], None]
"""Takes text as it is written: a terminal, a file, the next command of a pipe."""
HOME = "/root"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text that came out, and from which of the two streams."""

    stream: str
    """``out`` or ``err``."""
    text: str


@dataclass(slots=True)
class Job:
    """A pipeline that runs in the background."""

    number: int
    processes: tuple[Process, ...]
    source: str
    task: Task


@dataclass(slots=True, repr=False)
class Console:
    """One shell that somebody types into: a process of the world, like any other."""

    process: Process
    cwd: str = "/"
    variables: dict[str, str] = field(
        default_factory=lambda: {"HOME": HOME, "PATH": PATH, "SHELL": "/bin/bash"}
    )
    exported: set[str] = field(default_factory=lambda: {"HOME", "PATH", "SHELL"})
    """Variables that the programs it starts get as well."""
    status: int = 0
    """Exit status of the last command: ``$?``."""
    task: Task | None = None
    """The line under way, when there is one."""
    foreground: list[Process] = field(default_factory=list)
    """What an interrupt from the keyboard goes to."""
    jobs: list[Job] = field(default_factory=list)

    def begin(self, environment: Environment) -> None:
        """Take what its process was given: a directory, and variables."""
        self.cwd = environment.directory
        self.variables |= environment.variables
        self.exported |= {*environment.variables}

    def environment(self, **more: str) -> Environment:
        """Return what a program begins with that is started here."""
        kept = {n: v for n, v in self.variables.items() if n in self.exported}
        return Environment({**kept, **more}, self.cwd)

    @property
    def kernel(self) -> Executive:
        """The kernel that it talks to."""
        return self.process.kernel

    @property
    def is_busy(self) -> bool:
        """True while a line is under way."""
        return self.task is not None and not self.task.is_open


@dataclass(slots=True, repr=False)
class Lab:
    """A world that goes on from line to line, and who is logged in where."""

    world: World
    consoles: list[Console] = field(default_factory=list)
    """The innermost last: what is typed goes there."""
    pieces: list[Piece] = field(default_factory=list)
    """What came out since the line began."""
    history: list[str] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    """Per container: what its engine's client knows of it."""
    typed: dict[Process, str] = field(default_factory=dict)
    """Programs that were started by a name: that name, which is their first word."""
    furnished: dict[str, set[str]] = field(default_factory=dict)
    """Per kernel: files that were put there for whoever logs in."""
    is_interrupted: bool = False
    """Set from outside to stop what is in the foreground, as Ctrl-C does."""

    @property
    def engine(self) -> Engine:
        """The clock of the world."""
        return self.world.engine

    @property
    def console(self) -> Console:
        """The console that what is typed goes to."""
        return self.consoles[-1]

    def out(self, text: str) -> None:
        """Show text on the terminal."""
        self.pieces.append(Piece("out", text))

    def err(self, text: str) -> None:
        """Show an error on the terminal."""
        self.pieces.append(Piece("err", text))
