"""What the machine was, and how much of it other processes took meanwhile."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the name: parent; then user, system, and those of
# children that have ended.
_PARENT, _FIRST_TIME, _LAST_TIME = 1, 11, 15
_IDLE, _IOWAIT, _STEAL = 3, 4, 7


@dataclass
class Share:
    """Cores that other processes (and the host of a guest) took, on average."""

    cores: float = 0.0


@contextmanager
def others() -> Iterator[Share]:
    """Measure what processes that are not ours take during the block."""
    share = Share()
    start, busy, ours = time.monotonic(), _busy_ticks(), _our_ticks()
    yield share
    seconds = time.monotonic() - start
    foreign = (_busy_ticks() - busy) - (_our_ticks() - ours)
    share.cores = max(0.0, foreign / _TICKS / seconds)


def description() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}"


def _busy_ticks() -> int:
    first = Path("/proc/stat").read_text().splitlines()[0]
    values = [int(value) for value in first.split()[1:9]]
    return sum(values) - values[_IDLE] - values[_IOWAIT]


def _our_ticks() -> int:
    """Of this process, all its descendants, and those that they have waited for."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        fields = stat.rpartition(")")[2].split()
        pid = int(folder.name)
        parents[pid] = int(fields[_PARENT])
        ticks[pid] = sum(int(value) for value in fields[_FIRST_TIME:_LAST_TIME])
    return sum(ticks[pid] for pid in ticks if _descends(pid, parents))


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = parents.get(pid, 0)
    return False
