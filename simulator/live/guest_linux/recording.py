"""What happened in guests, in the model's words."""

import time
from dataclasses import dataclass, field
from errno import errorcode
from typing import Any

from simulator.events import FAILED, OK, Event
from simulator.live.guest_linux.guests import Process
from simulator.subsystems.signals import KILLED, NUMBERS

KERNEL, KIB = "linux-1", 1024
"""What the model calls the first Linux of a world."""
ACTIONS = frozenset(
    {"execve", "exit", "oom_kill", "memory_high", "panic", "serve", "touch_memory"}
)
"""What is recorded wherever it happens: claims may say that it did not."""
READABLE = frozenset(
    {
        *("programs", "vms", "views", "cgroups"),
        *("kernels", "processes", "served", "duration_us"),
    }
)
"""What an observation and its metrics have; claims may read nothing else."""
_SIGNALS = {number: name for name, number in NUMBERS.items()}


@dataclass(slots=True)
class Record:
    """The events of one arm."""

    events: list[Event] = field(default_factory=list)
    attempts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By program: how the last attempt to run it went."""
    cause: int | None = None
    """``seq`` of the operator's wish that is being carried out."""
    _began: float = field(default_factory=time.monotonic)
    _ended: set[int] = field(default_factory=set)

    @property
    def now(self) -> int:
        """Microseconds since the first guest was ready."""
        return int((time.monotonic() - self._began) * 1_000_000)

    def begin(self) -> None:
        """Count time from now on: what came before was the boot."""
        self._began = time.monotonic()

    def add(self, actor: str, action: str, outcome: str = OK, **detail: Any) -> int:
        """Append an event whose cause is the present wish; return its ``seq``."""
        seq, cause = len(self.events), detail.pop("cause", self.cause)
        event = Event(seq, self.now, actor, action, outcome, detail, cause)
        self.events.append(event)
        return seq

    def started(self, process: Process, path: str) -> None:
        """Record how starting a program went."""
        attempt = self.attempts[process.program]
        attempt["attempts"] += 1
        if process.started:
            attempt["errno_name"], attempt["loader"] = "", "elf"
            self.add(KERNEL, "execve", target=path, pid=process.pid, loader="elf")
            return
        number = process.code or 0
        attempt["errno_name"] = name = errorcode.get(number, str(number))
        attempt["loader"] = ""
        said = {"target": path, "errno": number, "errno_name": name}
        self.add(KERNEL, "execve", FAILED, **said)
        self._ended.add(id(process))

    def ended(self, process: Process, path: str, counts: dict[str, int]) -> None:
        """Record the end of a process once, and who killed it."""
        if process.code is None or id(process) in self._ended:
            return
        self._ended.add(id(process))
        code = process.code
        status = KILLED - code if code < 0 else code
        self.attempts[process.program]["exit_status"] = status
        detail = {"signal": _SIGNALS[-code]} if code < 0 else {}
        said = {"target": path, "pid": process.pid}
        if counts.get("oom_kill") and code == -NUMBERS["SIGKILL"]:
            self.add(KERNEL, "oom_kill", FAILED, **said, **detail)
        outcome = FAILED if status else OK
        self.add(KERNEL, "exit", outcome, **said, exit_status=status, **detail)

    def counted(self, place: str, counts: dict[str, int]) -> None:
        """Record that a cgroup was above its ``memory.high``."""
        if counts["high"]:
            self.add(KERNEL, "memory_high", target=place, count=counts["high"])


def status_of(process: Process) -> int | None:
    """Return the exit status of a process that has run, as a shell gives it."""
    if process.code is None:
        return None
    return KILLED - process.code if process.code < 0 else process.code
