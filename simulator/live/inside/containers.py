"""A container runtime in four stages: namespaces, cgroup, root file system, exec."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.live.inside import linux
from simulator.live.inside.programs import Board, Program, start

CONTAINER_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
"""What Docker leaves to a container's root, by the numbers of capability.h."""
IMAGES, CONTAINERS = "/images", "/containers"


@dataclass
class Container:
    """A running container and the descriptors of its namespaces."""

    name: str
    root: str
    program: Program
    stages: dict[str, int] = field(default_factory=dict)
    """Microseconds since its start at the end of each stage."""


@dataclass(frozen=True)
class Wanted:
    """What a container is to be like."""

    name: str
    image: str
    path: str
    namespaces: tuple[str, ...]
    uid_base: int | None
    """What root inside is outside; None without a user namespace."""
    cgroups: tuple[int, ...]
    """Descriptors of ``cgroup.procs`` to write oneself into."""
    last_capability: int
    boottime_offset_s: int = 0
    """By how much its clock since the boot is ahead, in a time namespace of its own."""


_UNSHARED = frozenset({"cgroup", "time"})
"""Kinds that a process can only make for itself, not for the child that it clones."""


def make_root(wanted: Wanted) -> str:
    """Mount an overlay over the image: its own upper layer, the shared lower one."""
    base = f"{CONTAINERS}/{wanted.name}"
    for part in ("upper", "work", "root"):
        os.makedirs(f"{base}/{part}", exist_ok=True)
    lower = f"{IMAGES}/{wanted.image}"
    layers = f"lowerdir={lower},upperdir={base}/upper,workdir={base}/work,userxattr"
    linux.mount("overlay", f"{base}/root", "overlay", 0, layers)
    os.makedirs(f"{base}/root/proc", exist_ok=True)
    return f"{base}/root"


def start_container(
    board: Board, wanted: Wanted, clock: Any
) -> tuple[Container | None, int]:
    """Start one container; return it, or the errno of what failed."""
    began = clock()
    stages: dict[str, int] = {}
    root = make_root(wanted)
    stages["rootfs"] = clock() - began
    flags = sum(linux.CLONE[k] for k in wanted.namespaces if k not in _UNSHARED)
    ready, go = os.pipe()

    def fork() -> int:
        pid = linux.clone(flags)
        if pid and wanted.uid_base is not None:
            _map_users(pid, wanted.uid_base)
        if pid:
            os.write(go, b".")
        return pid

    def become() -> None:
        os.read(ready, 1)
        for descriptor in wanted.cgroups:
            os.write(descriptor, b"0")
        if "cgroup" in wanted.namespaces:
            linux.unshare(linux.CLONE["cgroup"])
        _prepare(wanted, root)

    program, errno = start(board, wanted.name, wanted.path, become, fork)
    os.close(ready)
    os.close(go)
    if program is None:
        return None, errno
    stages["exec"] = clock() - began
    board.listen(5, lambda: board.has_started(program.pid) or program.ended is not None)
    stages["first_report"] = clock() - began
    return Container(wanted.name, root, program, stages), 0


def _map_users(pid: int, base: int) -> None:
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write(f"0 {base} 65536")


def _prepare(wanted: Wanted, root: str) -> None:
    """In the child: see only what a container sees, and give up the rest."""
    if "user" in wanted.namespaces:
        os.setgid(0)
        os.setuid(0)
    if "time" in wanted.namespaces:
        _shift_clock(wanted.boottime_offset_s)
    if "mnt" in wanted.namespaces:
        linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
        linux.mount(root, root, "", linux.MS_BIND | linux.MS_REC)
        if "pid" in wanted.namespaces:
            flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
            linux.mount("proc", f"{root}/proc", "proc", flags)
        else:
            linux.mount("/proc", f"{root}/proc", "", linux.MS_BIND | linux.MS_REC)
        linux.enter_root(root)
    else:
        os.chroot(root)
        os.chdir("/")
    if "uts" in wanted.namespaces:
        linux.set_hostname(wanted.name)
    if "net" in wanted.namespaces:
        linux.raise_loopback()
    linux.keep_capabilities(CONTAINER_CAPABILITIES, wanted.last_capability)


def _shift_clock(seconds: int) -> None:
    """Enter a new time namespace, whose clock since the boot is so far ahead.

    Its offsets can be written as long as nobody is in it, see time_namespaces(7).
    """
    linux.unshare(linux.CLONE["time"])
    # Who has become another user may not write to files of its own below /proc.
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    with open("/proc/self/timens_offsets", "w") as file:
        file.write(f"boottime {seconds} 0\n")
    own = os.open("/proc/self/ns/time_for_children", os.O_RDONLY)
    linux.setns(own, linux.CLONE["time"])
    os.close(own)


def fork_beside(pid: int) -> int:
    """Fork; the child has a number in the PID namespace of another process, too."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    other = os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY)
    linux.setns(other, linux.CLONE["pid"])
    child = os.fork()
    if child:
        linux.setns(own, linux.CLONE["pid"])
    os.close(own)
    os.close(other)
    return child


def join(pid: int, kinds: Sequence[str]) -> None:
    """Enter the namespaces of a container's first process, as its root user.

    The PID namespace is not among them: that counts from the next fork on.
    """
    order = sorted(kinds, key=lambda kind: kind != "user")
    descriptors = {
        kind: os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in order
    }
    root = os.open(f"/proc/{pid}/root", os.O_RDONLY)
    for kind, descriptor in descriptors.items():
        linux.setns(descriptor, linux.CLONE[kind])
        os.close(descriptor)
    if "user" in kinds:
        os.setgid(0)
        os.setuid(0)
    os.fchdir(root)
    os.chroot(".")
    os.close(root)
