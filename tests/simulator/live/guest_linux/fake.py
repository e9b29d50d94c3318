"""A kernel that only remembers what a guest's process 1 is asked for."""

import errno
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from simulator.live.binaries import writing as told
from simulator.live.qemu.cpio import Entry
from simulator.live.qemu.kernel import GuestDeadError, Wish
from simulator.live.qemu.machine import Machine

RECORD = struct.Struct("<4q")
EVENTS = "low 0\nhigh {high}\nmax 0\noom 0\noom_kill {kills}\n"
STAYS = None
KILLED, FAILED_TO_START = 9, errno.ENOENT << 8


@dataclass
class Child:
    """A process as the fake has it: what it tells, how it ends."""

    pid: int
    socket: int
    tells: list[tuple[int, int]]
    status: int | None


@dataclass
class FakeKernel:
    """Files are texts by path; ``lives`` says what becomes of a program."""

    lives: dict[str, int | None] = field(default_factory=dict)
    """Wait status by path; a path that is not here cannot be executed."""
    high: int = 0
    """How often a cgroup was above ``memory.high``."""
    files: dict[str, str] = field(default_factory=dict)
    mounts: list[str] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    opened: dict[int, str] = field(default_factory=dict)
    """Paths by descriptor, from 3 on."""
    peers: dict[int, int] = field(default_factory=dict)
    asked: list[list[Wish]] = field(default_factory=list)
    """What each child was to do."""
    gone: set[int] = field(default_factory=set)
    dead: bool = False

    def wait_for_boot(self) -> None:
        self.files["/proc/sys/kernel/random/boot_id"] = f"boot-{id(self)}\n"

    def call(self, name: str, *arguments: Any) -> int:
        return CALLS[name](self, *arguments)

    def ask(
        self, name: str, *arguments: Any, size: int, at: int = 1
    ) -> tuple[int, bytes]:
        if name == "socketpair":
            ours, theirs = self.open("socket"), self.open("socket")
            self.peers[theirs] = ours
            return 0, struct.pack("<2i", ours, theirs)
        if name == "read":
            text = self.files[self.opened[arguments[0]]].encode()
            return len(text), text.ljust(size, b"\0")
        if name == "recvfrom":
            return self._tell(arguments[0], size)
        return self._wait()

    def fork(self, _flags: int, wishes: Sequence[Wish]) -> int:
        self.asked.append(list(wishes))
        words: list[Any] = [arguments[0] for _, arguments in wishes]
        path, socket = decoded(words[-1]), self.peers[words[-2]]
        pid = len(self.children) + 70
        tells = [(told.STARTED, pid)] if path in self.lives else []
        status = self.lives.get(path, FAILED_TO_START)
        self.children.append(Child(pid, socket, tells, status))
        return pid

    def open(self, path: str) -> int:
        number = next(free for free in count(3) if free not in self.opened)
        self.opened[number] = path
        return number

    def close(self, number: int) -> int:
        del self.opened[number]
        return 0

    def _tell(self, socket: int, size: int) -> tuple[int, bytes]:
        for child in self.children:
            if child.socket == socket and child.tells:
                kind, first = child.tells.pop(0)
                return size, RECORD.pack(kind, 0, first, 0)
            if child.socket == socket and child.pid in self.gone:
                return 0, b""  # the other end is closed
        raise BlockingIOError

    def _wait(self) -> tuple[int, bytes]:
        if not self.children:
            raise ChildProcessError
        for child in self.children:
            if child.status is not None and not child.tells:
                status, child.status = child.status, None
                self.gone.add(child.pid)
                return child.pid, status.to_bytes(4, "little")
        return 0, bytes(4)


def decoded(text: bytes) -> str:
    return text.rstrip(b"\0").decode()


def _write(kernel: FakeKernel, where: int, content: bytes, size: int) -> int:
    path = kernel.opened[where]
    if path == "/proc/sysrq-trigger":
        kernel.dead = True
        raise GuestDeadError("dead")
    if path == "socket":
        child = next(one for one in kernel.children if one.socket == where)
        (requests,) = struct.unpack("<q", content)
        child.tells.append((told.SERVED, requests))
    kernel.files[path] = content.decode(errors="replace")
    return size


def _mkdir(kernel: FakeKernel, path: bytes, _mode: int) -> int:
    kills = sum(status == KILLED for status in kernel.lives.values())
    events = EVENTS.format(high=kernel.high, kills=kills)
    kernel.files[f"{decoded(path)}/memory.events"] = events
    kernel.files[f"{decoded(path)}/memory.peak"] = "73728000\n"
    return 0


def _mount(kernel: FakeKernel, _source: bytes, path: bytes, *_: object) -> int:
    kernel.mounts.append(decoded(path))
    return 0


CALLS: dict[str, Callable[..., int]] = {
    "open": lambda kernel, path, _flags, _mode: kernel.open(decoded(path)),
    "write": _write,
    "close": FakeKernel.close,
    "mkdir": _mkdir,
    "mount": _mount,
}


@dataclass
class Boots:
    """Boots fakes, and remembers with which files."""

    folder: Path
    lives: dict[str, int | None]
    high: int = 0
    kernels: list[FakeKernel] = field(default_factory=list)
    files: list[list[Entry]] = field(default_factory=list)

    @contextmanager
    def __call__(self, files: Sequence[Entry]) -> Iterator[Machine]:
        console = self.folder / "console"
        console.write_text("Kernel panic - not syncing: sysrq triggered crash\n")
        self.files.append(list(files))
        self.kernels.append(FakeKernel(self.lives, self.high))
        yield Machine(self.kernels[-1], console)
