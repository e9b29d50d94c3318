"""Programs, the libraries they run on, and the file trees that hold them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

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
        Runtime("glibc-i386", "posix", "linux", ("mmap", "openat", "clone")),
        Runtime("musl", "posix", "linux", ("mmap", "openat", "clone")),
        Runtime("wine-libraries", "win32", "linux", ("mmap", "openat", "clone")),
        Runtime("windows-libraries", "win32", "nt", ("NtCreateFile", "NtCreateThread")),
        Runtime("libsystem", "cocoa", "darwin", ("mmap", "open", "bsdthread_create")),
    )
}
STATIC = "static"
_STATIC = {
    runtime.api: Runtime(STATIC, runtime.api, runtime.abi, ())
    for runtime in RUNTIMES.values()
    if not runtime.name.startswith("wine")
}
"""What a program that was linked statically brings along, by its API."""
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
    touch_kib: int = 0
    """Its own memory that one request uses: what is in swap has to come back."""
    disk_kib: int = 0
    """What one request reads from the disk, beside the page cache."""
    workers: int = 0
    """How many requests it works on at a time; 0: all that come."""
    operations: int = 0
    """Device operations (network, disk) for one request."""
    privileged: int = 0
    """Instructions for one request that only a hypervisor carries out for a guest."""
    first_touches: int = 0
    """Pages that one request touches for the first time."""
    tlb_misses: int = 0
    """Loads of one request that need a page walk."""
    dirties_mib_s: int = 0
    """How fast a running process changes memory, in MiB each second."""
    uses_flags: tuple[str, ...] = ()
    """Extensions of the instruction set that it uses where it sees them."""
    executable: bool = True
    calls: tuple[str, ...] = ()
    """System calls that it makes beyond those of its libraries."""
    interpreter: str = ""
    """Path after ``#!`` of a script; without one it is a text like any other."""
    crlf: bool = False
    """A script whose lines end in CR LF: the CR is a part of the path after ``#!``."""
    truncated: bool = False
    """Its header is whole, what the header points to is missing."""
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
    """``shell`` and ``init`` run what their arguments name; an ``interpreter`` does
    itself what the script does that its first argument names."""
    execs_last: bool = False
    """A shell that becomes the last command of its line, without a child for it."""
    links: str = ""
    """The libraries that it was linked against, by name; ``static``: none. Empty: any
    that offer its API."""
    content: str = ""
    """Stands for the bytes of its file, where a build has to tell two of them."""
    size_kib: int = 0
    """What its file takes on a disk, unless that is counted elsewhere."""

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
    private: bool = False
    """Nobody but its owner may read it, and whoever overrides that."""


class Spot(NamedTuple):
    """Where a path leads: a tree, the path inside it, and the rules there."""

    tree: "FileTree"
    path: str
    read_only: bool
    uid: int
    """The kernel's number of the directory's owner."""
    checks_owner: bool
    """Only the owner may change files, and whoever has the right to override that."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Another tree, or a directory of it, seen at some path."""

    tree: "FileTree"
    source: str = "/"
    read_only: bool = False
    uid: int = 0
    """The kernel's number of the directory's owner."""
    checks_owner: bool = False


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
    below: "FileTree | None" = None
    """Of an overlay: what the layers below make, without any change of its own."""
    whiteouts: set[str] = field(default_factory=set)
    """Of an overlay: paths of the layers below that it hides."""
    mounts: dict[str, Mount] = field(default_factory=dict)
    """Other trees, each at the path where it is seen instead of this one."""
    read_only: bool = False
    storage: Storage | None = None
    """The disk that pays for what is written; none: disks do not matter here."""

    def add(self, program: Program) -> None:
        """Put the program's file in its place."""
        self.files[program.path] = program
        self.data.pop(program.path, None)
        self._touch(program.path)

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

    def at(self, path: str) -> Spot:
        """Return where a path leads: into this tree, or into what is mounted there."""
        points = [p for p in self.mounts if path == p or path.startswith(f"{p}/")]
        if not points:
            return Spot(self, path, self.read_only, 0, self.upper is None)
        point = max(points, key=len)
        mount = self.mounts[point]
        inner = mount.source.rstrip("/") + path[len(point) :]
        return Spot(mount.tree, inner, mount.read_only, mount.uid, mount.checks_owner)

    def holds(self, path: str) -> bool:
        """Return whether there is a file at a path."""
        return path in self.files or path in self.data

    def holds_below(self, path: str) -> bool:
        """Return whether what is seen at a path lies in a layer below."""
        return self.upper is not None and path not in self.upper and self.holds(path)

    def own_size(self, path: str) -> int:
        """Return the bytes at a path that this tree holds itself."""
        if self.upper is not None:
            return self.upper.get(path, 0)
        if path in self.files:
            return self.files[path].text_kib * 1024
        return self.data[path].size if path in self.data else 0

    def under(self, path: str) -> list[str]:
        """Return the paths of a file, or of all files below a directory."""
        return sorted(
            found
            for table in (self.files, self.data)
            for found in table
            if found == path or found.startswith(f"{path}/")
        )

    def device_of(self, path: str) -> str:
        """Return what holds the bytes at a path, whether they are listed or not."""
        if self.below is not None and path not in (self.upper or {}):
            return self.origins.get(path, self.below.device)
        return self.origins.get(path, self.device)

    def make_executable(self, path: str) -> None:
        """Set the execute permission bits of a file."""
        self.files[path] = replace(self.files[path], executable=True)
        self._touch(path)

    def runtime_for(self, api: str, links: str = "") -> Runtime | None:
        """Return the libraries here that offer ``api``, the first by name.

        ``links`` says which they must be; ``static`` that none are needed.
        """
        if links == STATIC:
            return _STATIC[api]
        for name in sorted(self.runtimes):
            if RUNTIMES[name].api == api and links in {"", name}:
                return RUNTIMES[name]
        return None

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
        tree.origins, tree.upper, tree.below = dict(self.origins), {}, self
        return tree

    def _touch(self, path: str) -> None:
        """Of an overlay: have a program's file itself from now on."""
        if self.upper is not None:
            self.upper[path] = self.files[path].text_kib * 1024
            self.origins.pop(path, None)

    def merge(self, programs: Iterable[Program], runtimes: Iterable[str]) -> None:
        """Add files and libraries."""
        for program in programs:
            self.add(program)
        self.runtimes.update(runtimes)
