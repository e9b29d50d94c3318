"""RAM, counted in KiB at every level that owns some.

A guest's memory is a part of its host's: each charge inside is charged outside
too, so the machine at the bottom knows what is really in use. Pages of files are
charged once per kernel however many processes map them, when sharing is on.
"""

from collections.abc import Callable
from dataclasses import dataclass


class OutOfMemoryError(Exception):
    """A charge went over the capacity of this memory or of one below it."""

    def __init__(self, memory: str, wanted_kib: int, free_kib: int) -> None:
        super().__init__(f"{memory}: {wanted_kib} KiB wanted, {free_kib} KiB free")


@dataclass(frozen=True, slots=True)
class Victim:
    """What is no plain process and yet can be killed for its memory."""

    name: str
    kib: int
    kill: Callable[[int], None]
    """Ends it, because of the event with that ``seq``."""


class Memory:
    """Some RAM and who uses it. ``used_kib`` is always the sum of all charges."""

    __slots__ = (
        "_pages",
        "capacity_kib",
        "charges",
        "host",
        "is_gone",
        "name",
        "relief",
        "used_kib",
    )

    def __init__(
        self, name: str, capacity_kib: int, host: "Memory | None" = None
    ) -> None:
        self.name = name
        self.capacity_kib = capacity_kib
        self.host = host
        self.used_kib = 0
        self.charges: dict[str, int] = {}
        self.is_gone = False
        """True for the memory of a machine that was killed: it gets no more."""
        self.relief: Callable[[int], None] | None = None
        """Frees so many KiB if it can: what the kernel on this memory does."""
        self._pages: set[str] = set()

    @property
    def free_kib(self) -> int:
        """What nobody has, at this level."""
        return self.capacity_kib - self.used_kib

    def fits(self, kib: int) -> bool:
        """Return whether so much is free here and below, after relief if need be."""
        free = self.free_kib
        if kib > free and self.relief is not None:
            self.relief(kib - free)
            free = self.free_kib
        return kib <= free and self.backs(kib) and not self.is_gone

    def backs(self, kib: int) -> bool:
        """Return whether the level below has room for so much more of this."""
        return self.host is None or self.host.fits(kib)

    def relent(self, kib: int) -> int:  # noqa: ARG002
        """Give up what is held back from the kernel, as a last resort; how much."""
        return 0

    def charge(self, owner: str, kib: int) -> None:
        """Give ``owner`` so much memory, or raise OutOfMemoryError."""
        if not self.fits(kib):
            raise self._short(kib)
        self._add(owner, kib)

    def _add(self, owner: str, kib: int) -> None:
        if self.host is not None:
            self.host._add(self.name, kib)  # noqa: SLF001
        self._count(owner, kib)

    def _count(self, owner: str, kib: int) -> None:
        self.used_kib += kib
        self.charges[owner] = self.charges.get(owner, 0) + kib

    def _short(self, kib: int) -> OutOfMemoryError:
        level: Memory = self
        while kib <= level.free_kib and level.host is not None:
            level = level.host
        return OutOfMemoryError(level.name, kib, level.free_kib)

    def is_mapped(self, file: str) -> bool:
        """Return whether a file's pages are in RAM for all that map it."""
        return file in self._pages

    def map_file(self, file: str, kib: int) -> None:
        """Bring a file's pages into RAM, once for all that map it."""
        if file not in self._pages:
            self.charge("page cache", kib)
            self._pages.add(file)

    def leave(self) -> None:
        """Give all back for good: the machine whose memory it is was killed."""
        for owner in list(self.charges):
            self.release(owner)
        self.is_gone = True

    def release(self, owner: str) -> None:
        """Take back all that ``owner`` has."""
        kib = self.charges.pop(owner, 0)
        self.used_kib -= kib
        if self.host is not None:
            self.host.give_back(self.name, kib)

    def give_back(self, owner: str, kib: int) -> None:
        """Take back a part of what ``owner`` has."""
        self.charges[owner] -= kib
        self.used_kib -= kib
        if self.host is not None:
            self.host.give_back(self.name, kib)
