"""What one process sees of the world: through its namespaces, on its kernel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from simulator.lab.state import Lab
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.namespaces import Namespaces
from simulator.subsystems.platform import Platform
from simulator.subsystems.processes import Process

EPOCH = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""The time of day at which every world begins."""
USERS = {0: "root", 1: "daemon", 1000: "user", 65534: "nobody"}
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class View:
    """The world as a process has it before it."""

    lab: Lab
    process: Process

    @property
    def kernel(self) -> Kernel:
        """The kernel whose system calls it makes."""
        return cast("Kernel", self.process.kernel)

    @property
    def platform(self) -> Platform:
        """What that kernel stands on."""
        return self.process.kernel.platform

    @property
    def root(self) -> FileTree:
        """Its root file system."""
        return self.process.root

    @property
    def namespaces(self) -> Namespaces:
        """The namespaces that it is in."""
        return self.process.namespaces

    @property
    def hostname(self) -> str:
        """The host name of its UTS namespace."""
        return self.namespaces.uts.hostname

    @property
    def uid(self) -> int:
        """Its user number, as it sees that itself."""
        return self.process.credentials.uid_inside

    @property
    def booted_us(self) -> int:
        """Virtual time at which its kernel was loaded."""
        name = self.process.kernel.name
        events = self.lab.engine.events
        return next((event.time for event in events if event.actor == name), 0)

    @property
    def uptime_us(self) -> int:
        """Time since then."""
        return self.lab.engine.now - self.booted_us

    def processes(self) -> Iterator[Process]:
        """Go through the processes that it can see, by their numbers."""
        namespace = self.namespaces.pid
        seen = [
            process
            for process in self.process.kernel.everyone()
            if process.state != "gone" and process.pid_in(namespace)
        ]
        return iter(sorted(seen, key=self.pid))

    def pid(self, process: Process) -> int:
        """Return the number of a process as this one knows it; 0 when it does not."""
        return process.pid_in(self.namespaces.pid)

    def ppid(self, process: Process) -> int:
        """Return the number of its parent; 0 when that is outside."""
        return 0 if process.parent is None else self.pid(process.parent)

    def find(self, pid: int) -> Process | None:
        """Return the process with this number, if it can be seen."""
        return next((p for p in self.processes() if self.pid(p) == pid), None)

    def user(self, process: Process) -> str:
        """Return the name of the user of a process."""
        return user_name(
            self.process.credentials.user.from_kernel(process.credentials.uid)
        )

    def started_us(self, process: Process) -> int:
        """Return the virtual time at which a process began."""
        return self.lab.engine.events[process.start_seq].time

    def clock(self, now_us: int | None = None) -> datetime:
        """Return the time of day at a virtual time, by default the present one."""
        now = self.lab.engine.now if now_us is None else now_us
        return EPOCH + timedelta(microseconds=now)


def user_name(uid: int) -> str:
    """Return a user's name, or the number of one that has none."""
    return USERS.get(uid, str(uid))


def command_line(view: View, process: Process) -> str:
    """Return the program of a process and its arguments, as ps shows them."""
    name = view.lab.typed.get(process, process.program.path)
    words = [name, *process.arguments]
    if process.image.handed is not None:
        words.insert(0, process.image.binary.path)
    return " ".join(words)


def short_name(process: Process) -> str:
    """Return the name of the file that a process runs, 15 characters at most."""
    path = process.image.binary.path
    return path.rsplit("/", 1)[-1][:15]
