"""How much of this machine other processes took while something was measured."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CROWDED = 0.1
"""More of a core than this makes figures in milliseconds doubtful."""
_STAT = Path("/proc/stat")
_BUSY = (0, 1, 2, 5, 6)
"""Columns of /proc/stat: user, nice, system, interrupts of both kinds."""


@dataclass(slots=True)
class Share:
    """Cores that others took, known when the measurement is over."""

    cores: float = 0.0

    @property
    def is_crowded(self) -> bool:
        """Return whether others took so much that times mean little."""
        return self.cores > CROWDED


@contextmanager
def cores_of_others() -> Iterator[Share]:
    """Tell in the end how many cores others have taken in between, on average.

    Processor time of this process and of children that were waited for is not theirs.
    """
    share = Share()
    began, busy, own = time.monotonic(), _busy(), _own()
    yield share
    passed = time.monotonic() - began
    share.cores = max(_busy() - busy - (_own() - own), 0.0) / passed


def _busy() -> float:
    """Return the processor time that this machine has spent on all, in seconds."""
    columns = _STAT.read_text().splitlines()[0].split()[1:]
    return sum(int(columns[place]) for place in _BUSY) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
