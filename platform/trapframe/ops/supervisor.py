"""Keep a set of processes running, show their output, end them all."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from signal import SIGKILL, Signals
from typing import IO

from trapframe.embedded import start_child
from trapframe.ops.processes import ROOT, Process

_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 1.0, 30.0
# After so long a run, a crash is a new one and not the last one again.
_STEADY_SECONDS = 30.0


class Child:
    """One process of ours: started, watched, started again, ended."""

    def __init__(self, process: Process, say: Callable[[str, str], None]) -> None:
        self.process = process
        self._say = say
        self._running: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._started = self._due = 0.0
        self._back_off = _FIRST_BACK_OFF

    @property
    def pid(self) -> int:
        if self._running is None:
            message = f"{self.process.name} has not been started"
            raise ProcessLookupError(message)
        return self._running.pid

    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def start(self) -> None:
        self._running = start_child(
            self.process.command,
            # Who was killed cannot end the others in good order. The rows allow it.
            death_signal=SIGKILL,
            env=self.process.env(),
            cwd=ROOT,
            output=subprocess.PIPE,
        )
        self._started = time.monotonic()
        output = self._running.stdout
        self._reader = threading.Thread(target=self._relay, args=[output], daemon=True)
        self._reader.start()

    def revive(self) -> None:
        """Start it again when it ended, each time later than the time before."""
        if self.is_alive():
            return
        now = time.monotonic()
        if self._due == 0.0:
            if now - self._started > _STEADY_SECONDS:
                self._back_off = _FIRST_BACK_OFF
            self._due = now + self._back_off
            self._say(
                self.process.name,
                f"ended with {self._ending()}; starts again in {self._back_off:.0f} s",
            )
            self._back_off = min(2 * self._back_off, _LONGEST_BACK_OFF)
        if now >= self._due:
            self._due = 0.0
            self.start()

    def ask_to_stop(self) -> None:
        if self._running is not None and self.is_alive():
            self._running.send_signal(self.process.stop_signal)

    def stop(self) -> None:
        """Wait for it to end; by force when it takes too long. No process remains."""
        if self._running is None:
            return
        try:
            self._running.wait(self.process.stop_seconds)
        except subprocess.TimeoutExpired:
            self._say(self.process.name, "does not end: killed")
        self.kill()

    def kill(self) -> None:
        """SIGKILL to it and to the children in its session."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, SIGKILL)
        self._running.wait()
        if self._reader is not None:
            self._reader.join(timeout=1)

    def _ending(self) -> str:
        code = self._running.returncode if self._running else 0
        return f"signal {Signals(-code).name}" if code < 0 else f"status {code}"

    def _relay(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                if text := line.decode(errors="replace").rstrip():
                    self._say(self.process.name, text)


class Supervisor:
    """Runs processes until told to end; then ends each in good order."""

    def __init__(
        self, processes: Sequence[Process], say: Callable[[str, str], None]
    ) -> None:
        self.children = {process.name: Child(process, say) for process in processes}

    def start(self) -> None:
        for child in self.children.values():
            child.start()

    def revive(self) -> None:
        for child in self.children.values():
            child.revive()

    def stop(self) -> None:
        for child in self.children.values():
            child.ask_to_stop()
        for child in self.children.values():
            child.stop()


def stop_event() -> threading.Event:
    """Set by Ctrl-C or SIGTERM; a second Ctrl-C ends this process at once."""
    event = threading.Event()

    def on_signal(number: int, _frame: object) -> None:
        event.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return event
