"""What PostgreSQL and Redis have in common as children: start, wait, stop, kill."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Protocol

from trapframe.embedded.child import start_child
from trapframe.embedded.errors import ServiceError
from trapframe.embedded.places import Places

START_SECONDS = 60.0
STOP_SECONDS = 20.0
_ATTEMPTS = 4
_POLL_SECONDS = 0.02
_LOG_TAIL = 6


class Program(Protocol):
    """How to run one kind of server."""

    name: str
    # Both end it in good order: asked to stop, and when the parent died.
    stop_signal: Signals
    pid_file: Path

    def prepare(self) -> None:
        """Make what the first start needs."""

    def command(self) -> Sequence[str]: ...

    def env(self) -> Mapping[str, str]: ...

    def is_ready(self) -> bool:
        """True if it answers at its socket."""

    def owns(self, command_line: str) -> bool:
        """True if a process with this command line serves our data."""


class Server:
    """One server process of ours, under a Program's rules."""

    def __init__(self, program: Program, places: Places) -> None:
        self.name = program.name
        self._program = program
        self._places = places
        self._log = places.home / "log" / f"{program.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServiceError(f"{self._program.name} has not been started here")
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._end_predecessor()
        self._program.prepare()
        for attempt in range(_ATTEMPTS):
            # After a kill -9 the old children hold the shared memory for a moment.
            time.sleep(attempt)
            if self._start_once():
                return
        raise ServiceError(
            f"{self._program.name} does not start; the end of {self._log}:\n"
            + self.log_tail(),
        )

    def stop(self, signal: Signals | None = None) -> None:
        """End it in good order, or with `signal`; by force when that takes too long."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal or self._program.stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: what a fault test and a last resort do."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL:])

    def _start_once(self) -> bool:
        with self._log.open("ab") as log:
            self._process = start_child(
                self._program.command(),
                death_signal=self._program.stop_signal,
                account=self._places.account,
                env=self._program.env(),
                cwd=self._places.home,
                output=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while self.is_alive() and time.monotonic() < deadline:
            if self._program.is_ready():
                return True
            time.sleep(_POLL_SECONDS)
        self.kill()
        return False

    def _end_predecessor(self) -> None:
        """Wait for the server of a parent that died a moment ago, then insist.

        We hold the data folder's lock, so no one else may serve this data.
        """
        deadline = time.monotonic() + STOP_SECONDS
        while (pid := self._predecessor()) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, SIGKILL)
            time.sleep(_POLL_SECONDS)

    def _predecessor(self) -> int | None:
        try:
            pid = int(self._program.pid_file.read_text().split()[0])
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return None
        if not line:  # a zombie serves nothing
            return None
        if self._program.owns(line.replace(b"\0", b" ").decode(errors="replace")):
            return pid
        # The number went to a stranger; PostgreSQL would take it for itself.
        self._program.pid_file.unlink(missing_ok=True)
        return None
