"""What the elementary costs are on this machine, beside the model's figures.

Nothing here changes the model: its figures have published sources and are the same
everywhere. Programs are this project's own, a few instructions long.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

from simulator.calibration import CALIBRATION
from simulator.live.binaries.loops import exits, ping_pong, system_calls
from simulator.live.capabilities import Report, contained
from simulator.live.vm.guest import START, Guest
from simulator.live.vm.kvm import run_on_kvm

_SECONDS = 20.0
_CALLS, _ROUNDS, _STARTS, _EXITS = 1_000_000, 20_000, 30, 500
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class HostFigure:
    """One figure of the model, and what this machine shows."""

    name: str
    unit: str
    model: int
    here: int | None
    """None where it cannot be measured here."""
    reason: str

    @property
    def ratio(self) -> float | None:
        """How many times as much it is here."""
        return None if self.here is None else round(self.here / self.model, 3)

    def to_json(self) -> dict[str, Any]:
        """Return the figure as a JSON object."""
        return {**asdict(self), "ratio": self.ratio}


def host_figures(report: Report) -> Iterator[HostFigure]:
    """Measure one figure after the other; that takes some seconds."""
    for name, (capability, measure) in MEASURES.items():
        figure, needed = CALIBRATION[name], report.of(capability)
        here = measure() if needed.available else None
        yield HostFigure(name, figure.unit, figure.value, here, needed.reason)


def _system_call() -> int:
    """Nanoseconds of getppid."""
    return _per_round(system_calls, _CALLS)


def _context_switch() -> int:
    """Nanoseconds of half a round between two processes that share one processor."""
    with _on_one_processor():
        return _per_round(ping_pong, _ROUNDS) // 2


def _fork_exec() -> int:
    """Microseconds from the request for a process to the collection of its status."""
    with _program(exits()) as path:
        times = []
        for _ in range(_STARTS):
            began = time.perf_counter_ns()
            os.waitpid(os.posix_spawn(path, [path], {}), 0)
            times.append(time.perf_counter_ns() - began)
    return int(median(times)) // 1000


def _container_start() -> int:
    """Microseconds until the first word of a container's program, by our runtime."""
    told = [contained() for _ in range(5)]
    return int(median(fact["stages"]["first_report"] for fact in told))


def _exit_to_user() -> int:
    """Nanoseconds between two exits to the monitor, whose own work is in them."""
    memory = bytearray(1 << 21)
    code = b"\xba\xf8\x03\xb9" + _EXITS.to_bytes(2, "little")  # mov dx, mov cx
    code += b"\xb0\x30\xee\xe2\xfd\xb0\x00\xe6\xf4"  # mov al; out; loop; out END
    memory[START : START + len(code)] = code
    life = run_on_kvm(Guest(bytes(memory), 0), seconds=5)
    first, *_, last = life.exits
    return (last.at_us - first.at_us) * 1000 // (len(life.exits) - 1)


def _per_round(write: Callable[[int], bytes], rounds: int) -> int:
    """Return nanoseconds of one round: of many, less the start of the program."""
    return max(_processor_ns(write(rounds)) - _processor_ns(write(1)), 0) // rounds


def _processor_ns(content: bytes) -> int:
    """Return the processor time of a program and its children; others do not count.

    Raises OSError when it does not come to its end.
    """
    quiet = subprocess.DEVNULL
    with _program(content) as path:
        child = subprocess.Popen(  # noqa: S603  a program of our own
            [path], stdin=quiet, stdout=quiet, stderr=quiet, env={}
        )
        killer = Timer(_SECONDS, child.kill)
        killer.start()
        _, status, used = os.wait4(child.pid, 0)
        killer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise OSError(f"a program of ours ended with {child.returncode}")
    return int((used.ru_utime + used.ru_stime) * _NS)


@contextmanager
def _program(content: bytes) -> Iterator[str]:
    with TemporaryDirectory(prefix="trapframe-") as folder:
        path = Path(folder) / "program"
        path.write_bytes(content)
        path.chmod(0o700)
        yield str(path)


@contextmanager
def _on_one_processor() -> Iterator[None]:
    """Let this process, and those that it starts, use one processor only."""
    before = os.sched_getaffinity(0)
    with suppress(OSError):
        os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, before)


MEASURES: dict[str, tuple[str, Callable[[], int]]] = {
    "system_call": ("native", _system_call),
    "context_switch": ("native", _context_switch),
    "fork_exec": ("native", _fork_exec),
    "container_start": ("containers", _container_start),
    "exit_to_user": ("kvm", _exit_to_user),
}
"""By the model's figure: the capability that it needs here, and how to measure it."""
