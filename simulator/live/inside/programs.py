"""Starting programs, and hearing what they tell of themselves."""

import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from simulator.live.inside import seccomp
from simulator.live.inside.resting import held_up

REPORTS, REQUESTS = 3, 4
"""Descriptors that a program finds open: what it tells, what it is asked."""
RECORD = struct.Struct("<4q")
_NUMBER = struct.Struct("<q")
STARTED, WANTED = 1, 7
_CREDENTIALS = struct.Struct("<3i")
_STARTS_WITHIN, _QUIET = 1.0, 0.005
"""Seconds: a program that has not told anything by then never will; and how long
nothing new must come for its first steps to be done."""
_SETTLES_WITHIN = 5.0
"""Seconds that a program may wait for a processor on a busy machine."""
_FIRST_PAUSE, _LAST_PAUSE, _PATIENCE = 0.002, 0.064, 16
"""Seconds between two looks, in between a part of how long nothing was new: many
sandboxes at once must not live on looking."""
_SAFE = 100
"""Above all descriptors of programs: room to put them into place."""
_MOST_DESCRIPTORS = 1024


@dataclass
class Record:
    """What a program told: its numbers, and its process as seen from here."""

    pid: int
    what: int
    program: int
    first: int
    second: int
    uid: int

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return dict(self.__dict__)


@dataclass
class Program:
    """A program that was started from here and, when it has ended, its status."""

    name: str
    pid: int
    requests: socket.socket
    ended: int | None = None
    """A wait status; None while it lives."""


@dataclass
class Board:
    """Everybody's reports and ends, in the order of arrival."""

    tell: Callable[..., None]
    calls: tuple[str, ...] = ()
    """System calls that programs may make beyond those that all may."""
    programs: dict[int, Program] = field(default_factory=dict)
    """Those that were started from here, by process number."""
    heard: list[Record] = field(default_factory=list)
    news: int = 0
    """How many reports and ends have arrived."""
    ours: socket.socket = field(init=False)
    theirs: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.ours.setblocking(False)

    def listen(self, seconds: float, enough: Callable[[], bool]) -> bool:
        """Take reports and ends until it is enough or the time is over.

        Reports wake it; for ends it looks ever more rarely while nothing is new.
        """
        deadline = time.monotonic() + seconds
        known, since = self.news, time.monotonic()
        while True:
            self._hear()
            self._reap()
            self._hear()
            if enough():
                return True
            now = time.monotonic()
            left = deadline - now
            if left <= 0:
                return False
            if self.news != known:
                known, since = self.news, now
            pause = min(max((now - since) / _PATIENCE, _FIRST_PAUSE), _LAST_PAUSE)
            select.select([self.ours], [], [], min(left, pause))

    def settle(self, pid: int) -> None:
        """Wait until a program has started, or ended, and nobody tells anything new.

        Nobody does who has not had a processor yet: that is waited for, too.
        """
        deadline = time.monotonic() + _SETTLES_WITHIN
        self.listen(
            _STARTS_WITHIN, lambda: self.has_started(pid) or self.has_ended(pid)
        )
        heard = -1
        while heard < len(self.heard) or (held_up() and time.monotonic() < deadline):
            heard = len(self.heard)
            self.listen(_QUIET, lambda: False)

    def has_started(self, pid: int) -> bool:
        """Return whether a program has said that it runs in this process."""
        return any(r.pid == pid and r.what == STARTED for r in self.heard)

    def has_ended(self, pid: int) -> bool:
        """Return whether a program that was started from here has ended."""
        return pid in self.programs and self.programs[pid].ended is not None

    def _hear(self) -> None:
        for record in self._records():
            self.heard.append(record)
            self.news += 1
            self.tell("report", **record.to_json())
            if record.what == WANTED:
                self._answer(record)

    def _answer(self, record: Record) -> None:
        """Give a program the numbers of another one's processes, as it sees them."""
        asking = self.programs.get(record.pid)
        if asking is not None:
            for pid in [*pids_of(record.first, record.pid), 0]:
                asking.requests.send(_NUMBER.pack(pid))

    def _records(self) -> Iterator[Record]:
        while True:
            try:
                data, ancillary, _, _ = self.ours.recvmsg(RECORD.size, 64)
            except BlockingIOError:
                return
            pid, uid, _ = _CREDENTIALS.unpack(ancillary[0][2])
            what, program, first, second = RECORD.unpack(data)
            yield Record(pid, what, program, first, second, uid)

    def _reap(self) -> None:
        """Collect the status of each child that has ended, adopted ones too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.news += 1
            program = self.programs.get(pid)
            if program is not None:
                program.ended = status
            name = program.name if program else ""
            code = os.waitstatus_to_exitcode(status)
            self.tell("ended", pid=pid, name=name, code=code)


def start(
    board: Board,
    name: str,
    path: str,
    become: Callable[[], None],
    fork: Callable[[], int],
) -> tuple[Program | None, int]:
    """Start the file at ``path`` in a child; return it, or the errno of its execve.

    ``fork`` makes the child; ``become`` prepares it. Raises RuntimeError when that
    fails: then it was not the kernel's execve that said no.
    """
    requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    reading, writing = os.pipe()
    pid = fork()
    if pid == 0:
        os.close(reading)
        _enter(board, path, become, theirs.fileno(), writing)
    os.close(writing)
    theirs.close()
    program = Program(name, pid, requests)
    board.programs[pid] = program
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    if not told:
        return program, 0
    del board.programs[pid]
    os.waitpid(pid, 0)
    if not told.isdigit():
        raise RuntimeError(told.decode())
    return None, int(told)


def pids_of(program: int, asking: int) -> list[int]:
    """Return who runs a program, by the numbers that another process sees.

    Whoever sees the machine's numbers has no list of its own below its root.
    """
    folder = f"/proc/{asking}/root/proc"
    pids = [name for name in os.listdir(folder) if name.isdigit()]
    if not pids:
        folder = "/proc"
        pids = [name for name in os.listdir(folder) if name.isdigit()]
    found = []
    for pid in pids:
        with suppress(OSError), open(f"{folder}/{pid}/stat") as file:
            if file.read().partition("(")[2].partition(")")[0] == f"p{program}":
                found.append(int(pid))
    return sorted(found)


def _enter(
    board: Board, path: str, become: Callable[[], None], requests: int, errors: int
) -> NoReturn:
    """Become the program, in a child; never come back."""
    try:
        os.dup2(board.theirs.fileno(), _SAFE)
        os.dup2(requests, _SAFE + 1)
        os.dup2(errors, _SAFE + 2, inheritable=False)
        become()
        os.dup2(_SAFE, REPORTS)
        os.dup2(_SAFE + 1, REQUESTS)
        os.closerange(REQUESTS + 1, _SAFE + 2)
        os.closerange(_SAFE + 3, _MOST_DESCRIPTORS)
        for descriptor in (0, 1, 2):
            os.close(descriptor)
        asked = {name: seccomp.ASKING_CALLS[name] for name in board.calls}
        seccomp.allow_only({**seccomp.PROGRAM_CALLS, **asked})
    except BaseException as error:  # noqa: BLE001  nothing of this child may go on
        os.write(_SAFE + 2, f"{type(error).__name__}: {error}".encode())
        os._exit(127)
    try:
        os.execve(path, [path], {})
    except OSError as error:
        os.write(_SAFE + 2, str(error.errno).encode())
    os._exit(127)
