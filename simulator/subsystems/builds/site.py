"""Where a step of a build works: a file tree, a kernel, and what the network offers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from simulator.engine import Work
from simulator.mechanisms import Value
from simulator.subsystems.builds.archives import Archive, Resource
from simulator.subsystems.builds.trees import Entry
from simulator.subsystems.files import DataFile, FileTree, Program
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.namespaces import Namespaces
from simulator.subsystems.processes import Process

KIB_OF_MIB = 1024
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Meaning:
    """What can be made of a file's bytes."""

    unpacks: tuple[Entry, ...] = ()
    compiles_to: Program | None = None


@dataclass(slots=True)
class Site:
    """One container of a build, for as long as a RUN takes."""

    kernel: Kernel
    tree: FileTree
    place: str
    namespaces: Namespaces
    arch: str
    archives: Mapping[str, Archive]
    resources: Mapping[str, Resource]
    """What can be downloaded, by address."""
    meanings: Mapping[str, Meaning]
    """What the bytes of some files are good for, by their content."""
    online: bool = True
    """False with ``--network=none``."""
    downloaded_kib: int = 0

    @property
    def mechanisms(self) -> Mapping[str, Value]:
        """How things work in this run."""
        return self.kernel.mechanisms

    @property
    def now(self) -> int:
        """Virtual time in microseconds."""
        return self.kernel.platform.engine.now

    def of_manager(self, manager: str) -> list[Archive]:
        """Return the archives that a package manager is set up with."""
        return [a for a in self.archives.values() if a.manager == manager]

    def unpacked(self, entry: Entry) -> tuple[Entry, ...]:
        """Return what is in an archive file; nothing when it is none."""
        found = self._meaning(entry)
        return found.unpacks if found is not None else ()

    def compiled(self, entry: Entry) -> Program | None:
        """Return the program that a compiler makes of a source file."""
        found = self._meaning(entry)
        return found.compiles_to if found is not None else None

    def _meaning(self, entry: Entry) -> Meaning | None:
        return self.meanings.get(entry.content) if isinstance(entry, DataFile) else None

    def compute(self, us: int) -> Work:
        """Use a core for so many microseconds of bare-metal time."""
        platform = self.kernel.platform
        yield from platform.cores.use(us * platform.cpu_permille // 1000)

    def download(self, kib: int, mib_s: int) -> Work:
        """Let the time pass that a transfer takes at the slower end's speed."""
        slower = min(mib_s, self.kernel.platform.network_mib_s)
        self.downloaded_kib += kib
        yield kib * SECOND // (slower * KIB_OF_MIB)


@dataclass(slots=True)
class Call:
    """One command as its program sees it."""

    argv: list[str]
    site: Site
    process: Process
    env: Mapping[str, str]
    cwd: str
    uid: int
    stdin: str | None = None
    """What can be read; None: nothing, it is at its end."""
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)

    @property
    def tree(self) -> FileTree:
        """The files that it sees."""
        return self.site.tree

    def fail(self, status: int, message: str) -> int:
        """Say what is wrong; return the exit status."""
        self.err.append(message)
        return status

    def split(self, *with_value: str) -> tuple[dict[str, str], list[str]]:
        """Return options and operands; those named take the next word as value.

        Short options may stand together; ``--name=value`` gives a value, too.
        """
        options: dict[str, str] = {}
        operands: list[str] = []
        words = iter(self.argv[1:])
        for word in words:
            if word == "--":
                operands += words
            elif word in with_value:
                options[word] = next(words, "")
            elif word.startswith("--"):
                name, _, value = word.partition("=")
                options[name] = value
            elif word.startswith("-") and len(word) > 1:
                options.update(_short(word, with_value, words))
            else:
                operands.append(word)
        return options, operands


def _short(
    word: str, with_value: tuple[str, ...], words: Iterator[str]
) -> dict[str, str]:
    options: dict[str, str] = {}
    for at, letter in enumerate(word[1:], 1):
        name = f"-{letter}"
        if name in with_value:
            options[name] = word[at + 1 :] or next(words, "")
            break
        options[name] = ""
    return options
