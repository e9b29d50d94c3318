"""What tests of live probes need: files to execute, programs that tell."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from simulator.live.binaries.programs import Recipe, executable

SAFE = 100


def status_of(content: bytes, folder: Path, *, mode: int = 0o755) -> tuple[str, int]:
    """Execute a file without a shell: ``exit`` and its status, or ``errno``."""
    path = folder / "file"
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    try:
        pid = os.posix_spawn(path, [str(path)], {})
    except OSError as error:
        return "errno", error.errno or 0
    _, status = os.waitpid(pid, 0)
    return "exit", os.waitstatus_to_exitcode(status)


@dataclass
class Running:
    """A program of a probe under test."""

    pid: int
    reports: socket.socket
    requests: socket.socket
    heard: list[tuple[int, ...]] = field(default_factory=list)

    def hear(self, count: int) -> list[tuple[int, ...]]:
        """Wait for so many records and return all that were heard."""
        self.reports.settimeout(5)
        while len(self.heard) < count:
            self.heard.append(struct.unpack("<4q", self.reports.recv(64)))
        return self.heard

    def ask(self, count: int) -> None:
        self.requests.send(struct.pack("<q", count))

    def wait(self) -> int:
        """Wait for its end and return its exit code, negative for a signal."""
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


@contextmanager
def running(recipe: Recipe, folder: Path) -> Iterator[Running]:
    """Run the program of a recipe; whatever is left of it is killed in the end."""
    path = folder / "program"
    path.unlink(missing_ok=True)
    path.write_bytes(executable(recipe))
    path.chmod(0o755)
    reports, to_reports = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    requests, to_requests = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    moves = [
        (to_reports.fileno(), SAFE),
        (to_requests.fileno(), SAFE + 1),
        (SAFE, 3),
        (SAFE + 1, 4),
    ]
    pid = os.posix_spawn(
        path,
        [str(path)],
        {},
        file_actions=[
            *((os.POSIX_SPAWN_DUP2, *move) for move in moves),
            (os.POSIX_SPAWN_CLOSE, SAFE),
            (os.POSIX_SPAWN_CLOSE, SAFE + 1),
        ],
        setpgroup=0,
    )
    to_reports.close()
    to_requests.close()
    try:
        yield Running(pid, reports, requests)
    finally:
        with_group = [*_group(pid)]
        for member in with_group:
            os.kill(member, 9)
        reports.close()
        requests.close()


def _group(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == pid and fields[0] != "Z":
                yield int(entry.name)
