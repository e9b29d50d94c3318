"""What a process sees, as /proc has it."""

import os
import socket
from pathlib import Path

import pytest

from simulator.live.inside import looking
from simulator.live.inside.looking import KINDS, kinds_of_its_own
from tests.simulator.live.inside.children import in_child


def test_a_process_shares_everything_with_itself() -> None:
    assert kinds_of_its_own(os.getpid()) == []


def test_namespaces_have_numbers() -> None:
    numbers = [looking._number(os.getpid(), kind) for kind in KINDS]
    assert all(number > 4_026_000_000 for number in numbers)
    assert looking._number(os.getpid(), "no-such-kind") == 0


def test_a_row_is_a_line_of_ps() -> None:
    row = looking._row(os.getpid())
    assert (row["pid"], row["ppid"]) == (os.getpid(), os.getppid())
    assert row["state"] in "RS"
    assert Path(row["exe"]).name.startswith("python")
    assert looking._row(2**22 + 1) == {}


def test_the_state_of_a_child_that_nobody_waited_for() -> None:
    def leave() -> object:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        row = looking._row(pid)
        return [row["state"], row["exe"]]

    assert in_child(leave) == {"gave": ["Z", ""]}


def test_a_status_is_read_by_its_words() -> None:
    status = looking._status(os.getpid())
    assert int(status["Pid"]) == os.getpid()
    assert status["NSpid"].split()[-1] == str(os.getpid())
    assert looking._status(2**22 + 1) == {}


def test_what_can_be_seen_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getppid", lambda: 0)
    seen = looking._see(os.getpid())
    assert seen["hostname"] == socket.gethostname()
    assert seen["uid_inside"] == os.getuid()
    assert "/proc" in seen["mounts"]
    assert "lo" in seen["interfaces"]
    assert os.getpid() not in [row["pid"] for row in seen["processes"]]
    assert seen["kernel"] == os.uname().release
    assert len(seen["boot_id"]) == 36


def test_a_file_that_cannot_be_read_is_empty(tmp_path: Path) -> None:
    assert looking._read(str(tmp_path / "nothing")) == ""
