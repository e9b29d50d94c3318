"""A block device: how much it moves in a second, shared by all that read and write.

It serves all requests at the same time, each slower the more there are: what it has
to give is time on its one head, so to speak, whatever the device is made of.
"""

from simulator.engine import Engine, Work
from simulator.subsystems.cpu import Cores

KIB = 1024


class BlockDevice:
    """Where files and swapped pages lie, as far as its speed is concerned."""

    __slots__ = ("_head", "iops", "mib_s", "moved_kib")

    def __init__(self, engine: Engine, mib_s: int, iops: int) -> None:
        self.mib_s = mib_s
        """MiB that it moves in a second."""
        self.iops = iops
        """Requests that it takes in a second, however small they are."""
        self.moved_kib = 0
        """What was read and written so far."""
        self._head = Cores(engine, 1)

    @property
    def busy_us(self) -> int:
        """Time for which it had something to do, in microseconds."""
        return self._head.busy_us

    def move(self, kib: int, requests: int = 1) -> Work:
        """Read or write so much, in so many requests; ends when that is done."""
        self.moved_kib += kib
        long = -(-kib * 1_000_000 // (self.mib_s * KIB))
        yield from self._head.use(max(long, requests * 1_000_000 // self.iops))
