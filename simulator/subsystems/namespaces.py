"""Namespaces: of each kind of resource, which of several a process sees."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import compress
from operator import attrgetter, is_not
from typing import Any, NamedTuple

from simulator.subsystems.files import FileTree
from simulator.subsystems.users import UserNamespace

KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")

_INITIAL = {
    "time": 4026531834,
    "cgroup": 4026531835,
    "pid": 4026531836,
    "user": 4026531837,
    "uts": 4026531838,
    "ipc": 4026531839,
    "net": 4026531840,
    "mnt": 4026531841,
}
"""The inode numbers that Linux gives to the namespaces of its boot."""
FIRST_NUMBER = 4026532000
"""From here on this model numbers the namespaces that are made later."""


@dataclass(slots=True, eq=False)
class Namespace:
    """One namespace of a kind that has no state of its own in this model."""

    kind: str
    number: int
    owner: UserNamespace
    """The user namespace whose capabilities count for it."""


@dataclass(slots=True, eq=False)
class PidNamespace(Namespace):
    """Process numbers of its own; the first process in it is its init."""

    parent: "PidNamespace | None" = None
    init: Any = None
    """The process that is number 1 in it."""
    last_pid: int = 0

    @property
    def has_ended(self) -> bool:
        """True after the end of its init: then it takes nobody in."""
        return self.init is not None and not self.init.alive

    @property
    def lineage(self) -> tuple["PidNamespace", ...]:
        """The namespace and those around it, the innermost first."""
        outer = () if self.parent is None else self.parent.lineage
        return (self, *outer)


@dataclass(slots=True, eq=False)
class UtsNamespace(Namespace):
    """A host name."""

    hostname: str = ""


@dataclass(slots=True, eq=False)
class IpcNamespace(Namespace):
    """Shared memory, by key, and who made each piece."""

    segments: dict[int, int] = field(default_factory=dict)
    """Per key: the kernel's number of the user who made it."""


@dataclass(slots=True, eq=False)
class MountNamespace(Namespace):
    """What is mounted where: a root file system and more."""

    root: FileTree = field(default_factory=FileTree)
    mounts: list[str] = field(default_factory=lambda: ["/"])


@dataclass(slots=True, eq=False)
class NetNamespace(Namespace):
    """Network devices, addresses and ports of its own."""

    interfaces: list[str] = field(default_factory=lambda: ["lo"])
    stack: Any = None
    """Its network stack, from the first use on: ``network.stacks.stack_of``."""
    plug: Callable[[], Any] | None = None
    """Makes the stack, and plugs it into the networks that it is to be in."""


@dataclass(slots=True, eq=False)
class TimeNamespace(Namespace):
    """Offsets to the clocks that count from the boot."""

    boottime_offset_us: int = 0


class Namespaces(NamedTuple):
    """What one process sees: a namespace of each kind, in the order of ``KINDS``."""

    cgroup: Namespace
    ipc: IpcNamespace
    mnt: MountNamespace
    net: NetNamespace
    pid: PidNamespace
    time: TimeNamespace
    user: UserNamespace
    uts: UtsNamespace

    def numbers(self) -> dict[str, int]:
        """Return the number of each, as ``/proc/<pid>/ns`` shows them."""
        return dict(zip(KINDS, map(_number_of, self), strict=True))

    def own(self, other: "Namespaces") -> list[str]:
        """Return the kinds in which these differ from ``other``."""
        return [*compress(KINDS, map(is_not, self, other))]


_number_of = attrgetter("number")


def initial_namespaces(root: FileTree, hostname: str) -> Namespaces:
    """Return the namespaces that a kernel makes at its boot."""
    user = UserNamespace(_INITIAL["user"])
    return Namespaces(
        cgroup=Namespace("cgroup", _INITIAL["cgroup"], user),
        ipc=IpcNamespace("ipc", _INITIAL["ipc"], user),
        mnt=MountNamespace("mnt", _INITIAL["mnt"], user, root),
        net=NetNamespace("net", _INITIAL["net"], user, ["lo", "eth0"]),
        pid=PidNamespace("pid", _INITIAL["pid"], user),
        time=TimeNamespace("time", _INITIAL["time"], user),
        user=user,
        uts=UtsNamespace("uts", _INITIAL["uts"], user, hostname),
    )


class Wanted(NamedTuple):
    """What new namespaces are to be like."""

    kinds: tuple[str, ...]
    root: FileTree
    hostname: str
    user: UserNamespace | None = None
    """A user namespace that is to own the others."""


def unshared(above: Namespaces, wanted: Wanted, number: int) -> Namespaces:
    """Return namespaces that are new in some kinds and shared in the others.

    New ones are numbered from ``number`` on, in the order of ``KINDS``.
    """
    new, owner = wanted.kinds, wanted.user or above.user
    cgroup, ipc, mnt, net, pid, time, _, uts = range(number, number + len(KINDS))
    return Namespaces(
        cgroup=Namespace("cgroup", cgroup, owner) if "cgroup" in new else above.cgroup,
        ipc=IpcNamespace("ipc", ipc, owner) if "ipc" in new else above.ipc,
        mnt=MountNamespace("mnt", mnt, owner, wanted.root)
        if "mnt" in new
        else above.mnt,
        net=NetNamespace("net", net, owner) if "net" in new else above.net,
        pid=PidNamespace("pid", pid, owner, above.pid) if "pid" in new else above.pid,
        time=TimeNamespace("time", time, owner) if "time" in new else above.time,
        user=owner,
        uts=UtsNamespace("uts", uts, owner, wanted.hostname)
        if "uts" in new
        else above.uts,
    )
