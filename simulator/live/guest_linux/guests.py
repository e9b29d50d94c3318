"""A guest that runs programs of ours: as they are, or in containers."""

import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from simulator.live.binaries import writing as told
from simulator.live.inside.linux import (
    CLONE,
    MS_BIND,
    MS_PRIVATE,
    MS_REC,
    SIGCHLD,
)
from simulator.live.qemu.kernel import Answering, GuestDeadError, Wish

NAMESPACES = ("pid", "mnt", "uts", "ipc", "net", "cgroup")
GROUPS = "/cgroups"
CONTROLLERS = "+memory +pids +cpu"
LIMITS = {
    "memory_max_mib": ("memory.max", 20),
    "memory_high_mib": ("memory.high", 20),
    "pids_max": ("pids.max", 0),
}
"""By the scenario's name of a limit: its file, and how far its value is shifted."""
_RECORD, _COUNT, _PAIR = (struct.Struct(form) for form in ("<4q", "<q", "<2i"))
_STATUS = 4
_UNIX, _DATAGRAM, _CLOSE_ON_EXEC = 1, 2, 0o2000000
_NO_WAIT, _NO_HANG = 0x40, 1
_READ_ONLY, _WRITE_ONLY = 0, 1
_FILE_BYTES = 4096
_ANSWERS_WITHIN_S = 10.0


@dataclass(slots=True)
class Process:
    """A process that was started in a guest."""

    pid: int
    """In the guest's own count, not that of a container."""
    socket: int
    """The guest's descriptor of our end: what the program tells, what it is asked."""
    place: str
    """The container that it runs in; empty for none."""
    program: str = ""
    started: bool = False
    served: int = 0
    code: int | None = None
    """As of ``os.waitstatus_to_exitcode``; None while it lives."""


@dataclass(slots=True)
class Guest:
    """The programs of one guest; dead for good once its kernel has not answered."""

    kernel: Answering
    alive: bool = True
    boot_id: str = ""
    processes: list[Process] = field(default_factory=list)

    def prepare(self) -> None:
        """Mount what the rest needs, and keep the descriptors that programs find open.

        Raises OSError, GuestDeadError.
        """
        self._mount("proc", "/proc")
        self._mount("cgroup2", GROUPS)
        self.write(f"{GROUPS}/cgroup.subtree_control", CONTROLLERS)
        self.boot_id = self.read("/proc/sys/kernel/random/boot_id").strip()
        while self._opened("/proc/version", _READ_ONLY) < told.REQUESTS:
            pass

    def start(
        self, path: str, *, image: str = "", place: str = "", group: str = ""
    ) -> Process:
        """Start the file at a path, in a container when there is an ``image``.

        ``place`` becomes its host name; ``group`` is the cgroup that it enters. Wait
        until it has said that it runs, or has ended: then its status is the errno of
        what failed.
        """
        ours, theirs = self._socket_pair()
        wishes: list[Wish] = []
        entrance = 0
        if group:
            entrance = self._opened(f"{GROUPS}/{group}/cgroup.procs", _WRITE_ONLY)
            wishes.append(("write", (entrance, b"0", 1)))
        flags = SIGCHLD
        if image:
            flags |= sum(CLONE[kind] for kind in NAMESPACES)
            wishes += _entering(image, place)
        wishes += [
            ("dup2", (theirs, told.REPORTS)),
            ("dup2", (theirs, told.REQUESTS)),
            ("execve", (_text(path), 0, 0)),
        ]
        process = Process(self.kernel.fork(flags, wishes), ours, place)
        self.processes.append(process)
        self.kernel.call("close", theirs)
        if entrance:
            self.kernel.call("close", entrance)
        self.listen(lambda: process.started or process.code is not None)
        return process

    def make_group(self, name: str, limits: dict[str, int]) -> None:
        """Make a cgroup (version 2) with limits by the names of scenarios."""
        self.kernel.call("mkdir", _text(f"{GROUPS}/{name}"), 0o755)
        for limit, value in limits.items():
            file, shift = LIMITS[limit]
            self.write(f"{GROUPS}/{name}/{file}", str(value << shift))

    def counted(self, name: str) -> dict[str, int]:
        """Return ``memory.events`` of a cgroup and, as ``peak``, its highest use."""
        lines = self.read(f"{GROUPS}/{name}/memory.events").splitlines()
        counts = {word: int(value) for word, value in map(str.split, lines)}
        return {**counts, "peak": int(self.read(f"{GROUPS}/{name}/memory.peak"))}

    def serve(self, process: Process, count: int) -> None:
        """Send requests to a process that runs, and wait for its answer."""
        before = process.served
        with suppress(OSError):  # it ends just now
            self.kernel.call("write", process.socket, _COUNT.pack(count), _COUNT.size)
        self.listen(lambda: process.served > before or process.code is not None)

    def listen(
        self, enough: Callable[[], bool], *, seconds: float = _ANSWERS_WITHIN_S
    ) -> bool:
        """Hear what programs tell and who has ended, until it is enough."""
        deadline = time.monotonic() + seconds
        while True:
            for process in self.processes:
                self._hear(process)
            self._reap()
            if enough():
                return True
            if time.monotonic() > deadline:
                return False

    def crash(self) -> None:
        """Let the kernel panic; nobody answers from then on."""
        with suppress(GuestDeadError):
            self.write("/proc/sysrq-trigger", "c")
        self.alive = False

    def read(self, path: str) -> str:
        """Return the beginning of a file. Raises OSError."""
        descriptor = self._opened(path, _READ_ONLY)
        length, content = self.kernel.ask(
            "read", descriptor, _FILE_BYTES, size=_FILE_BYTES
        )
        self.kernel.call("close", descriptor)
        return content[:length].decode()

    def write(self, path: str, text: str) -> None:
        """Write a file that is there. Raises OSError."""
        descriptor = self._opened(path, _WRITE_ONLY)
        self.kernel.call("write", descriptor, text.encode(), len(text.encode()))
        self.kernel.call("close", descriptor)

    def _opened(self, path: str, flags: int) -> int:
        return self.kernel.call("open", _text(path), flags | _CLOSE_ON_EXEC, 0)

    def _mount(self, kind: str, path: str) -> None:
        self.kernel.call("mount", _text(kind), _text(path), _text(kind), 0, 0)

    def _socket_pair(self) -> tuple[int, int]:
        kind = _DATAGRAM | _CLOSE_ON_EXEC
        _, pair = self.kernel.ask("socketpair", _UNIX, kind, 0, size=_PAIR.size, at=3)
        first, second = _PAIR.unpack(pair)
        return first, second

    def _hear(self, process: Process) -> None:
        for kind, _, first, _ in self._records(process.socket):
            process.started |= kind == told.STARTED
            process.served += first if kind == told.SERVED else 0

    def _records(self, socket: int) -> Iterator[tuple[int, ...]]:
        while True:
            try:
                length, content = self.kernel.ask(
                    "recvfrom", socket, _RECORD.size, _NO_WAIT, 0, 0, size=_RECORD.size
                )
            except OSError:
                return
            if length < _RECORD.size:
                return
            yield _RECORD.unpack(content)

    def _reap(self) -> None:
        """Note who has ended; orphans that were never started from here, too."""
        while True:
            try:
                pid, status = self.kernel.ask("wait4", -1, _NO_HANG, 0, size=_STATUS)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(int.from_bytes(status, "little"))
            for process in self.processes:
                if process.pid == pid:
                    process.code = code


def _entering(image: str, name: str) -> list[Wish]:
    """Return the calls by which a child becomes the first process of a container."""
    root = _text(image)
    return [
        ("mount", (b"none\0", b"/\0", 0, MS_REC | MS_PRIVATE, 0)),
        ("mount", (root, root, 0, MS_BIND | MS_REC, 0)),
        ("mount", (b"proc\0", _text(f"{image}/proc"), b"proc\0", 0, 0)),
        ("chdir", (root,)),
        ("chroot", (b".\0",)),
        ("sethostname", (name.encode(), len(name.encode()))),
    ]


def _text(text: str) -> bytes:
    return text.encode() + b"\0"
