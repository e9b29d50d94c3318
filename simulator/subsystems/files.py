"""Programs, the libraries they run on, and the file trees that hold them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.subsystems.storage import Storage


@dataclass(frozen=True, slots=True)
class Runtime:
    """User-land libraries: an API for programs, made of one kernel's calls."""

    name: str
    api: str
    abi: str
    calls: tuple[str, ...]


RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime("glibc", "posix", "linux", ("mmap", "openat", "clone")),
        Runtime("wine-libraries", "win32", "linux", ("mmap", "openat", "clone")),
        Runtime("windows-libraries", "win32", "nt", ("NtCreateFile", "NtCreateThread")),
        Runtime("libsystem", "cocoa", "darwin", ("mmap", "open", "bsdthread_create")),
    )
}
API_OF_FORMAT = {"elf": "posix", "pe": "win32", "mach-o": "cocoa", "script": "posix"}


@dataclass(frozen=True, slots=True)
class Interprets:
    """What a program can run for others: a format of an instruction set, an API."""

    format: str
    arch: str
    api: str


Step = tuple[str, Mapping[str, Any]]
"""One thing that a process does of itself: a step's name and its arguments."""


@dataclass(frozen=True, slots=True)
class Program:
    """An executable file and what its process needs."""

    name: str
    path: str
    format: str
    arch: str
    ram_kib: int = 0
    """Private memory of one process."""
    text_kib: int = 0
    """Read-only pages of the file, which processes may share."""
    cpu_us: int = 0
    """CPU time for one request."""
    operations: int = 0
    """Device operations (network, disk) for one request."""
    privileged: int = 0
    """Instructions for one request that only a hypervisor carries out for a guest."""
    first_touches: int = 0
    """Pages that one request touches for the first time."""
    tlb_misses: int = 0
    """Loads of one request that need a page walk."""
    executable: bool = True
    calls: tuple[str, ...] = ()
    """System calls that it makes beyond those of its libraries."""
    interpreter: str = ""
    """Path after ``#!`` of a script."""
    interprets: Interprets | None = None
    does: tuple[Step, ...] = ()
    """What its processes do of themselves after exec."""
    signals: tuple[tuple[str, str], ...] = ()
    """What they do about a signal: ``exit``, ``ignore``, ``forward``, ``default``."""
    reaps: bool = False
    """They wait for every child, adopted ones too."""
    oom_score_adj: int = 0
    """Thousandths of all memory that the OOM killer adds to its size; -1000: never."""
    acts_as: str = "program"
    """``shell`` and ``init`` run what their arguments name."""
    execs_last: bool = False
    """A shell that becomes the last command of its line, without a child for it."""

    @property
    def api(self) -> str:
        """The API that the program is written against."""
        return API_OF_FORMAT[self.format]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that is no program: so many bytes of some content."""

    path: str
    size: int
    """Bytes."""
    content: str = ""
    """Stands for the bytes themselves: the same word, the same bytes."""
    uid: int = 0
    """The kernel's number of its owner."""


@dataclass(slots=True)
class FileTree:
    """A root file system: files by path, libraries by name."""

    files: dict[str, Program] = field(default_factory=dict)
    """Programs by path."""
    runtimes: set[str] = field(default_factory=set)
    device: str = ""
    """What holds the bytes: trees on one device share pages in RAM."""
    data: dict[str, DataFile] = field(default_factory=dict)
    """Files that are no programs, by path."""
    origins: dict[str, str] = field(default_factory=dict)
    """Programs by path that are held by another device: the layer they came with."""
    upper: dict[str, int] | None = None
    """Of an overlay: bytes of each file that it has itself; all else lies below."""
    whiteouts: set[str] = field(default_factory=set)
    """Of an overlay: paths of the layers below that it hides."""
    mounts: dict[str, "FileTree"] = field(default_factory=dict)
    """Other trees, each at the path where it is seen instead of this one."""
    storage: Storage | None = None
    """The disk that pays for what is written; none: disks do not matter here."""

    def add(self, program: Program) -> None:
        """Put the program's file in its place."""
        self.files[program.path] = program

    def put(self, entry: DataFile) -> None:
        """Put a file in its place, whatever was there."""
        self.files.pop(entry.path, None)
        self.data[entry.path] = entry

    def hide(self, path: str) -> None:
        """Take away a file, or all that is under a directory."""
        for table in (self.files, self.data, self.origins):
            gone = [p for p in table if p == path or p.startswith(f"{path}/")]
            for found in gone:
                del table[found]

    def at(self, path: str) -> "FileTree":
        """Return the tree that holds a path: this one, or what is mounted there."""
        points = [p for p in self.mounts if path == p or path.startswith(f"{p}/")]
        return self.mounts[max(points, key=len)] if points else self

    def device_of(self, path: str) -> str:
        """Return what holds the bytes of a program."""
        return self.origins.get(path, self.device)

    def make_executable(self, path: str) -> None:
        """Set the execute permission bits of a file."""
        self.files[path] = replace(self.files[path], executable=True)

    def runtime_for(self, api: str) -> Runtime | None:
        """Return the libraries here that offer ``api``, the first by name."""
        offered = (RUNTIMES[name] for name in sorted(self.runtimes))
        return next((runtime for runtime in offered if runtime.api == api), None)

    def copy(self, device: str) -> "FileTree":
        """Return a tree of its own with the same content, held by ``device``."""
        return FileTree(
            dict(self.files),
            set(self.runtimes),
            device,
            dict(self.data),
            storage=self.storage,
        )

    def overlay(self, device: str) -> "FileTree":
        """Return a tree whose files are these until it changes them itself."""
        tree = self.copy(device)
        tree.origins, tree.upper = dict(self.origins), {}
        return tree

    def merge(self, programs: Iterable[Program], runtimes: Iterable[str]) -> None:
        """Add files and libraries."""
        for program in programs:
            self.add(program)
        self.runtimes.update(runtimes)
