"""Who can go on by itself, and who waits for somebody else."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.live.binaries.programs import Recipe
from simulator.live.inside import resting
from tests.simulator.live.machine import running


@contextmanager
def sleeping() -> Iterator[int]:
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            yield child.pid
        finally:
            child.kill()


def becomes(pid: int, *, waits: bool) -> bool:
    """Look until it is so, for some seconds."""
    deadline = time.monotonic() + 10
    while resting._waits(pid) is not waits and time.monotonic() < deadline:
        time.sleep(0.01)
    return resting._waits(pid) is waits


def test_a_program_that_waits_for_requests_waits(tmp_path: Path) -> None:
    with running(Recipe(1), tmp_path) as program:
        program.hear(1)
        assert becomes(program.pid, waits=True)


def test_a_program_that_works_does_not(tmp_path: Path) -> None:
    steps = (("compute", {"ms": 60_000}),)
    with running(Recipe(1, steps), tmp_path) as program:
        program.hear(1)
        assert not resting._waits(program.pid)


def test_who_sleeps_goes_on_by_itself_until_it_is_stopped() -> None:
    with sleeping() as pid:
        assert becomes(pid, waits=False)
        os.kill(pid, signal.SIGSTOP)
        assert becomes(pid, waits=True)
        os.kill(pid, signal.SIGKILL)
        assert becomes(pid, waits=True)
    assert resting._waits(pid)


def test_all_have_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.getpid()
    monkeypatch.setattr(os, "listdir", lambda _: ["1", str(me), "7", "self"])
    for busy, rests in (({me}, True), ({7}, False), (set(), True)):
        monkeypatch.setattr(resting, "_waits", lambda pid, busy=busy: pid not in busy)
        assert resting.at_rest() is rests


def test_what_the_kernel_does_not_tell_is_no_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first(path: str) -> str:
        if path.endswith("syscall"):
            raise PermissionError
        return "7 (x) S 1"

    monkeypatch.setattr(resting, "_first", first)
    assert resting._waits(7) is False


def test_who_has_hardly_had_a_processor_is_held_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stats = {"7": "R", "8": "S", "9": "D", "10": "R"}
    used = {"7": (1, 3), "8": (0, 0), "9": (0, 4), "10": (3, 2)}

    def first(path: str) -> str:
        pid = path.split("/")[2]
        if pid not in stats:
            raise FileNotFoundError
        return f"{pid} (a) b) {stats[pid]} {'0 ' * 10}{used[pid][0]} {used[pid][1]} 0"

    monkeypatch.setattr(resting, "_first", first)
    found = {pid: resting._is_held_up(pid) for pid in (*stats, "11")}
    assert found == {"7": True, "8": False, "9": True, "10": False, "11": False}
    me = str(os.getpid())
    for names, expected in (
        ([me, "8", "self"], False),
        (["7", me], True),
        ([me, "10", "9"], True),
    ):
        monkeypatch.setattr(os, "listdir", lambda _, names=names: names)
        assert resting.held_up() is expected
