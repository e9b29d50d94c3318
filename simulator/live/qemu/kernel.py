"""A guest's kernel, asked from outside: each call is one that its process 1 makes."""

import os
import select
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from simulator.errors import SimulatorError
from simulator.live.qemu.init import (
    ANSWER,
    BUFFER_BYTES,
    FILL,
    FORK_AND_RUN,
    READY,
    WISH,
)

CALLS = {
    "read": 0,
    "write": 1,
    "open": 2,
    "close": 3,
    "dup2": 33,
    "recvfrom": 45,
    "socketpair": 53,
    "execve": 59,
    "exit": 60,
    "wait4": 61,
    "kill": 62,
    "chdir": 80,
    "mkdir": 83,
    "chroot": 161,
    "mount": 165,
    "sethostname": 170,
}
"""Numbers of x86-64 (``asm/unistd_64.h``)."""
_GIVE_A_LENGTH = frozenset({"read", "recvfrom"})
_LEAST_ERROR = -4095
_ROW = 8

Argument = int | bytes
Wish = tuple[str, tuple[Argument, ...]]
"""A system call by name and its arguments; bytes stand for a pointer to them."""


class GuestDeadError(SimulatorError):
    """The guest's kernel does not answer any more."""


class Answering(Protocol):
    """A kernel that can be asked; tests have one without a guest."""

    def wait_for_boot(self) -> None:
        """Wait until process 1 is ready."""
        ...

    def call(self, name: str, *arguments: Argument) -> int:
        """Make one system call and return its result; raise OSError for an errno."""
        ...

    def ask(
        self, name: str, *arguments: Argument, size: int, at: int = 1
    ) -> tuple[int, bytes]:
        """Make a call that fills a place; return its result and what is there."""
        ...

    def fork(self, flags: int, wishes: Sequence[Wish]) -> int:
        """Make a child that makes some calls, up to the first that fails."""
        ...


@dataclass(slots=True)
class Kernel:
    """The two ends of a guest's serial line."""

    reading: int
    writing: int
    deadline: float
    """By ``time.monotonic()``; who is silent until then is dead."""
    _buffer: int = field(init=False, default=0)

    def wait_for_boot(self) -> None:
        """Wait until process 1 is ready. Raises GuestDeadError."""
        while self._take(1) != READY:
            pass  # what the line had on it before
        (self._buffer,) = ANSWER.unpack(self._take(ANSWER.size))

    def call(self, name: str, *arguments: Argument) -> int:
        """Make one system call and return its result.

        Raises OSError for an errno, GuestDeadError when no answer comes.
        """
        heap = _Heap(self._buffer + WISH.size)
        wish = heap.packed((name, arguments))
        self._fill(heap)
        return self._result(name, wish)

    def ask(
        self, name: str, *arguments: Argument, size: int, at: int = 1
    ) -> tuple[int, bytes]:
        """Make a call that fills a place; return its result and what is there.

        The pointer to that place comes ``at`` so many arguments, and is left out of
        them. Raises as ``call`` does.
        """
        heap = _Heap(self._buffer + WISH.size)
        place = self._buffer + BUFFER_BYTES // 2
        wish = heap.packed((name, (*arguments[:at], place, *arguments[at:])))
        self._fill(heap)
        result = self._result(name, wish)
        length = min(result, size) if name in _GIVE_A_LENGTH else size
        self._send(WISH.pack(CALLS["write"], 0, place, length, 0, 0, 0))
        content = self._take(length)
        self._take(ANSWER.size)
        return result, content

    def fork(self, flags: int, wishes: Sequence[Wish]) -> int:
        """Make a child by clone(2); it makes these calls, up to the first that fails.

        The errno of that is the child's exit status. Returns the child's number.
        """
        heap = _Heap(self._buffer + WISH.size)
        packed = b"".join([heap.packed(wish) for wish in wishes])
        place = heap.put(packed)
        self._fill(heap)
        return self._result("fork", WISH.pack(FORK_AND_RUN, flags, place, 0, 0, 0, 0))

    def _fill(self, heap: "_Heap") -> None:
        if len(heap.content) > BUFFER_BYTES // 2 - WISH.size:
            raise ValueError(f"{len(heap.content)} bytes are too much for one call")
        if heap.content:
            wish = WISH.pack(FILL, heap.base, len(heap.content), 0, 0, 0, 0)
            self._send(wish + heap.content)
            self._take(ANSWER.size)

    def _result(self, name: str, wish: bytes) -> int:
        self._send(wish)
        (result,) = ANSWER.unpack(self._take(ANSWER.size))
        if _LEAST_ERROR <= result < 0:
            raise OSError(-result, f"{name}: {os.strerror(-result)}")
        return int(result)

    def _send(self, content: bytes) -> None:
        with suppress(BrokenPipeError):  # the answer will not come either
            os.write(self.writing, content)

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            left = max(self.deadline - time.monotonic(), 0)
            ready, _, _ = select.select([self.reading], [], [], left)
            chunk = os.read(self.reading, size - len(taken)) if ready else b""
            if not chunk:
                raise GuestDeadError("the guest's kernel does not answer")
            taken += chunk
        return taken


@dataclass(slots=True)
class _Heap:
    """What pointers of a call point to, as it will lie in the guest's memory."""

    base: int
    content: bytes = b""

    def put(self, part: bytes) -> int:
        """Append a part; return its address."""
        place = self.base + len(self.content)
        self.content += part + bytes(-len(part) % _ROW)
        return place

    def packed(self, wish: Wish) -> bytes:
        """Return a wish as process 1 takes it."""
        name, arguments = wish
        values = [a if isinstance(a, int) else self.put(a) for a in arguments]
        return WISH.pack(CALLS[name], *values, *[0] * (6 - len(values)))
