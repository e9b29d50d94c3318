"""Disks: their space, who takes it, and how fast they write.

A guest's disk is a file of its host: what is written inside takes space outside, in
clusters. Whoever fills a disk fills it for all: there is no quota.
"""

BLOCK_KIB = 4
"""A file takes whole blocks of this size."""
KIB = 1024


class DiskFullError(Exception):
    """ENOSPC: this disk, or one below it, has no room left."""

    def __init__(self, disk: str, wanted_kib: int, free_kib: int) -> None:
        super().__init__(
            f"No space left on device ({disk}: {wanted_kib} KiB wanted,"
            f" {free_kib} KiB free)"
        )


class Storage:
    """A disk. ``used_kib`` is always the sum of all charges."""

    __slots__ = (
        "capacity_kib",
        "charges",
        "host",
        "mib_s",
        "name",
        "used_kib",
    )

    def __init__(
        self, name: str, capacity_kib: int, mib_s: int, host: "Storage | None" = None
    ) -> None:
        self.name = name
        self.capacity_kib = capacity_kib
        self.mib_s = mib_s
        """What it reads or writes in a second."""
        self.host = host
        self.used_kib = 0
        self.charges: dict[str, int] = {}

    def charge(self, owner: str, kib: int) -> None:
        """Give ``owner`` so much more space, or raise DiskFullError."""
        free = self.capacity_kib - self.used_kib
        if kib > free:
            raise DiskFullError(self.name, kib, free)
        if self.host is not None:
            self.host.charge(self.name, kib)
        self.used_kib += kib
        self.charges[owner] = self.charges.get(owner, 0) + kib

    def release(self, owner: str) -> int:
        """Take back all that ``owner`` has; return how much that was."""
        kib = self.charges.pop(owner, 0)
        self.used_kib -= kib
        if self.host is not None:
            self.host.charge(self.name, -kib)
        return kib

    def span_us(self, kib: int) -> int:
        """Return how long so many KiB take to read or write, in microseconds."""
        return kib * 1_000_000 // (self.mib_s * KIB)


def blocks_kib(size: int) -> int:
    """Return the KiB that a file of so many bytes takes on a disk."""
    return -(-size // (BLOCK_KIB * KIB)) * BLOCK_KIB
