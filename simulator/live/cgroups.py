"""Control groups for live probes, version 1 or 2, whichever this machine has.

Each controller is asked for by itself: on a hybrid host memory, cpu and pids may be of
version 1 while a tree of version 2 is mounted as well. Files are those of the kernel's
``cgroup-v2`` and ``cgroup-v1`` documentation.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CONTROLLERS = ("memory", "pids", "cpu")
PREFIX = "trapframe-"
PERIOD_US = 100_000
_MOUNTS = Path("/proc/self/mountinfo")
_OWN = Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class Place:
    """Where groups of one controller can be made."""

    controller: str
    version: int
    folder: Path


@dataclass(slots=True)
class Group:
    """A group of one probe: a folder for each controller."""

    folders: dict[str, tuple[int, Path]] = field(default_factory=dict)

    def set_limits(self, limits: Mapping[str, int]) -> None:
        """Write limits by the names that scenarios have for them."""
        for name, value in limits.items():
            controller, files = _LIMITS[name]
            version, folder = self.folders[controller]
            for file, text in files(version, value):
                if file not in _WITHOUT_SWAP or (folder / file).exists():
                    (folder / file).write_text(text)

    def entrances(self) -> list[int]:
        """Open the files that a process writes itself into; the caller closes them."""
        flags = os.O_WRONLY | os.O_CLOEXEC
        return [
            os.open(folder / "cgroup.procs", flags)
            for _, folder in dict.fromkeys(self.folders.values())
        ]

    def counters(self) -> dict[str, tuple[Path, str]]:
        """Return where the kernel counts: a file, and the word before the number.

        A file without such words holds the number alone.
        """
        found = {}
        for controller, names in _COUNTS.items():
            if controller in self.folders:
                version, folder = self.folders[controller]
                for name, sources in names.items():
                    file, word = sources[version]
                    if (folder / file).exists():
                        found[name] = (folder / file, word)
        return found

    def remove(self) -> None:
        """Kill whoever is left inside and remove the folders."""
        for _, folder in dict.fromkeys(self.folders.values()):
            remove_folder(folder)


def versions() -> dict[str, int]:
    """Return the version that each controller has here, usable or not."""
    return {name: place.version for name, place in _candidates().items()}


def places() -> dict[str, Place]:
    """Return where this process may make groups, by controller."""
    return {
        controller: place
        for controller, place in _candidates().items()
        if _is_usable(place)
    }


def make_group(where: Mapping[str, Place], name: str) -> Group:
    """Make a group in every place. Raises OSError."""
    group = Group()
    for controller, place in where.items():
        folder = place.folder / f"{PREFIX}{os.getpid()}-{name}"
        folder.mkdir(exist_ok=True)
        group.folders[controller] = (place.version, folder)
    return group


def remove_leftovers(where: Mapping[str, Place]) -> int:
    """Remove groups whose maker has died; return how many there were."""
    count = 0
    for folder in {place.folder for place in where.values()}:
        for left in folder.glob(f"{PREFIX}*"):
            maker = left.name.removeprefix(PREFIX).partition("-")[0]
            if maker.isdigit() and not Path(f"/proc/{maker}").exists():
                remove_folder(left)
                count += 1
    return count


def remove_folder(folder: Path) -> None:
    """Kill the processes of a group, wait until they are gone, remove it."""
    for _ in range(200):
        with suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text().split():
                os.kill(int(pid), 9)
        with suppress(FileNotFoundError, OSError):
            folder.rmdir()
        if not folder.exists():
            return
        time.sleep(0.005)


def _candidates() -> dict[str, Place]:
    own = {}
    for line in _lines(_OWN):
        _, names, path = line.split(":", 2)
        own.update(dict.fromkeys(names.split(",") if names else ["unified"], path))
    found = {}
    for line in _lines(_MOUNTS):
        head, _, tail = line.partition(" - ")
        folder, (kind, _, options) = Path(head.split()[4]), tail.split(" ")[:3]
        if kind == "cgroup":
            for controller in set(CONTROLLERS) & set(options.split(",")):
                inner = own.get(controller, "/").lstrip("/")
                found[controller] = Place(controller, 1, folder / inner)
        elif kind == "cgroup2":
            found = {**_of_version_2(folder / own["unified"].lstrip("/")), **found}
    return found


def _lines(file: Path) -> list[str]:
    """Return a file's lines; none of a file that this kernel does not have."""
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _of_version_2(folder: Path) -> dict[str, Place]:
    with suppress(OSError):
        offered = (folder / "cgroup.controllers").read_text().split()
        return {name: Place(name, 2, folder) for name in CONTROLLERS if name in offered}
    return {}


def _is_usable(place: Place) -> bool:
    """Make a group, set a limit, read it back, remove it again."""
    folder = place.folder / f"{PREFIX}{os.getpid()}-trial"
    try:
        if place.version == 2:  # noqa: PLR2004
            control = place.folder / "cgroup.subtree_control"
            control.write_text(f"+{place.controller}")
        folder.mkdir(exist_ok=True)
        file, value = _TRIALS[place.controller, place.version]
        (folder / file).write_text(value)
        return (folder / file).read_text().split()[0] == value
    except OSError:
        return False
    finally:
        with suppress(OSError):
            folder.rmdir()


_TRIALS = {
    ("memory", 1): ("memory.limit_in_bytes", "67108864"),
    ("memory", 2): ("memory.max", "67108864"),
    ("pids", 1): ("pids.max", "64"),
    ("pids", 2): ("pids.max", "64"),
    ("cpu", 1): ("cpu.cfs_quota_us", "50000"),
    ("cpu", 2): ("cpu.max", "50000"),
}
_MEMORY = {
    1: [("memory.limit_in_bytes", True), ("memory.memsw.limit_in_bytes", True)],
    2: [("memory.max", True), ("memory.swap.max", False)],
}
"""Files of a limit of memory: nothing of it may go to swap."""
_WITHOUT_SWAP = frozenset({"memory.memsw.limit_in_bytes", "memory.swap.max"})
"""Files that only a kernel which counts swap has."""
_Files = Callable[[int, int], list[tuple[str, str]]]
_LIMITS: Mapping[str, tuple[str, _Files]] = {
    "memory_max_mib": (
        "memory",
        lambda version, value: [
            (file, str(value << 20 if size else 0)) for file, size in _MEMORY[version]
        ],
    ),
    "oom_group": (
        "memory",
        lambda _version, value: [("memory.oom.group", str(value))],
    ),
    "pids_max": ("pids", lambda _version, value: [("pids.max", str(value))]),
    "cpu_quota_us": (
        "cpu",
        lambda version, value: (
            [("cpu.cfs_period_us", str(PERIOD_US)), ("cpu.cfs_quota_us", str(value))]
            if version == 1
            else [("cpu.max", f"{value} {PERIOD_US}")]
        ),
    ),
}
_Source = tuple[str, str]
_COUNTS: Mapping[str, Mapping[str, Mapping[int, _Source]]] = {
    "memory": {
        "memory.events.oom_kill": {
            1: ("memory.oom_control", "oom_kill"),
            2: ("memory.events", "oom_kill"),
        }
    },
    "pids": {
        "pids.current": {1: ("pids.current", ""), 2: ("pids.current", "")},
        "pids.refused": {1: ("pids.events", "max"), 2: ("pids.events", "max")},
    },
}
"""By controller and by where the model shows a count: file and word per version. What
cpu.stat counts is not among them: Linux 6.18 holds a group back and counts nothing."""
