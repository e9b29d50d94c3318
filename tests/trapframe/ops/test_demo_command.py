"""The whole demo as its users run it: a command in a terminal."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.live import free_port
from tests.source_code import ROOT
from tests.trapframe.embedded.sessions import processes_of, wait_until
from trapframe.embedded import remove_data

READY_SECONDS = 120


class Demo:
    """A demo with a data folder and a port of its own; its output in `lines`."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir, self.port = data_dir, port
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "trapframe.settings",
            "TRAPFRAME_DATA": str(self.data_dir),
            "TRAPFRAME_PORT": str(self.port),
        }
        self.lines = []
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo"],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=[self._process.stdout])
        self._reader.start()

    def wait_for(self, text: str) -> None:
        """Until a line with this text was printed."""
        process = self._process
        assert process is not None
        wait_until(
            lambda: process.poll() is not None or text in "\n".join(self.lines),
            READY_SECONDS,
        )
        assert text in "\n".join(self.lines), "\n".join(self.lines)

    def end(self, number: signal.Signals) -> int:
        """Send the signal; how it ended."""
        assert self._process is not None
        assert self._reader is not None
        self._process.send_signal(number)
        status = self._process.wait(60)
        self._reader.join(10)
        return status

    def wait(self) -> int:
        assert self._process is not None
        assert self._reader is not None
        status = self._process.wait(60)
        self._reader.join(10)
        return status

    def _read(self, output: IO[str]) -> None:
        with output:
            self.lines.extend(line.rstrip() for line in output)

    def processes(self) -> list[str]:
        """All that belong to it: by data folder, port and parent."""
        return [*processes_of(self.data_dir), *_with_environment(self.data_dir)]


def _with_environment(data_dir: Path) -> list[str]:
    wanted = f"TRAPFRAME_DATA={data_dir}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [line for line in found if line]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path / "a path with space", free_port())
    yield running
    running.end(signal.SIGKILL)
    assert wait_until(lambda: running.processes() == [])
    remove_data(running.data_dir)


def test_a_busy_port_is_told_before_anything_starts(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        demo.start()
        assert demo.wait() == 1
    (line,) = demo.lines
    assert line.startswith(f"CommandError: port {demo.port} cannot be used")
    assert line.endswith("or choose another: TRAPFRAME_PORT=8001 make demo")
    assert not demo.data_dir.exists()


@pytest.mark.pipeline
@pytest.mark.timeout(3 * READY_SECONDS)
def test_it_comes_up_ends_on_ctrl_c_and_outlives_no_parent(demo: Demo) -> None:
    demo.start()
    demo.wait_for("Ctrl-C ends everything")
    assert f"    http://127.0.0.1:{demo.port}/" in demo.lines
    assert "    accounts: learner, instructor, admin; password: demo" in demo.lines
    assert len(demo.processes()) >= 8
    assert demo.end(signal.SIGINT) == 0
    assert demo.lines[-1] == "demo              | ended"
    assert demo.processes() == []

    demo.start()  # once more, on the data that is there
    demo.wait_for("Ctrl-C ends everything")
    demo.end(signal.SIGKILL)
    assert wait_until(lambda: demo.processes() == [])
