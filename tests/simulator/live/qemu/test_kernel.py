"""Process 1 of a guest, here a process like any other, over a terminal of its own."""

import os
import pty
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.live.inside.linux import SIGCHLD
from simulator.live.qemu import init
from simulator.live.qemu.kernel import GuestDeadError, Kernel, Wish


@contextmanager
def answering(folder: Path, *, seconds: float = 20) -> Iterator[tuple[Kernel, int]]:
    ours, theirs = pty.openpty()
    path = folder / "init"
    path.write_bytes(init.program(os.ttyname(theirs)))
    path.chmod(0o755)
    pid = os.posix_spawn(path, [str(path)], {}, setsid=True)
    try:
        kernel = Kernel(ours, ours, time.monotonic() + seconds)
        kernel.wait_for_boot()
        yield kernel, pid
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(ours)
        os.close(theirs)


def text(path: Path) -> bytes:
    return os.fsencode(path) + b"\0"


def test_calls_and_what_they_return(tmp_path: Path) -> None:
    file = text(tmp_path / "file")
    with answering(tmp_path) as (kernel, _):
        descriptor = kernel.call("open", file, os.O_RDWR | os.O_CREAT, 0o600)
        assert kernel.call("write", descriptor, bytes(range(256)), 256) == 256
        assert kernel.call("close", descriptor) == 0
        descriptor = kernel.call("open", file, os.O_RDONLY, 0)
        length, content = kernel.ask("read", descriptor, 400, size=400)
        assert (length, content) == (256, bytes(range(256)))
        _, pair = kernel.ask("socketpair", 1, 2, 0, size=8, at=3)
        assert pair[0] + 1 == pair[4]
        with pytest.raises(FileNotFoundError, match="mkdir: No such file"):
            kernel.call("mkdir", text(tmp_path / "no/where"), 0o755)


def test_a_child_makes_calls_up_to_the_first_that_fails(tmp_path: Path) -> None:
    wishes: list[Wish] = [
        ("mkdir", (text(tmp_path / "made"), 0o755)),
        ("chdir", (b"/nowhere\0",)),
        ("mkdir", (text(tmp_path / "never"), 0o755)),
    ]
    with answering(tmp_path) as (kernel, _):
        child = kernel.fork(SIGCHLD, wishes)
        pid, status = kernel.ask("wait4", child, 0, 0, size=4)
        code = os.waitstatus_to_exitcode(int.from_bytes(status, "little"))
    assert (pid, code) == (child, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["init", "made"]


def test_more_than_a_call_can_carry(tmp_path: Path) -> None:
    with (
        answering(tmp_path) as (kernel, _),
        pytest.raises(ValueError, match="16384 bytes are too much"),
    ):
        kernel.call("write", 1, bytes(1 << 14), 1)


def test_who_is_silent_until_the_time_is_over_is_dead(tmp_path: Path) -> None:
    with answering(tmp_path, seconds=0.5) as (kernel, pid):
        os.kill(pid, 19)  # SIGSTOP
        with pytest.raises(GuestDeadError):
            kernel.call("close", 99)


def test_a_line_that_is_gone() -> None:
    reading, writing = os.pipe()
    other, gone = os.pipe()
    os.close(writing)
    os.close(other)
    with pytest.raises(GuestDeadError, match="does not answer"):
        Kernel(reading, gone, time.monotonic() + 60).call("close", 1)
    os.close(reading)
    os.close(gone)


def test_what_the_line_had_on_it_before_is_passed_over() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"xyR" + bytes(8))
    Kernel(reading, writing, time.monotonic() + 60).wait_for_boot()
    os.close(reading)
    os.close(writing)
