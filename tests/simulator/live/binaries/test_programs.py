"""Programs of live probes do what their steps say, and tell of it."""

import os
import signal
import time
from errno import ENOENT, ENOEXEC
from pathlib import Path
from typing import Any

import pytest

from simulator.live.binaries.formats import pe
from simulator.live.binaries.programs import executable
from simulator.live.binaries.writing import (
    CAUGHT,
    EXECVE,
    FAILED,
    FORKED,
    SERVED,
    STARTED,
    Recipe,
)
from tests.simulator.live.machine import running

Steps = list[tuple[str, dict[str, Any]]]


def recipe(steps: Steps, **more: Any) -> Recipe:
    return Recipe(7, tuple(steps), **more)


def test_a_program_says_that_it_runs_and_waits(tmp_path: Path) -> None:
    with running(recipe([]), tmp_path) as program:
        assert program.hear(1) == [(STARTED, 7, program.pid, 0)]
        assert os.waitpid(program.pid, os.WNOHANG) == (0, 0)


@pytest.mark.parametrize("status", [0, 3, 255])
def test_a_program_ends_with_a_status(status: int, tmp_path: Path) -> None:
    with running(recipe([("exit", {"status": status})]), tmp_path) as program:
        assert program.wait() == status


def test_requests_are_worked_off_and_counted(tmp_path: Path) -> None:
    with running(recipe([]), tmp_path) as program:
        program.ask(5)
        program.ask(1000)
        told = [(kind, first) for kind, _, first, _ in program.hear(3)[1:]]
        assert told == [(SERVED, 5), (SERVED, 1000)]


def test_work_takes_processor_time(tmp_path: Path) -> None:
    steps: Steps = [("compute", {"ms": 30}), ("exit", {"status": 0})]
    with running(recipe(steps), tmp_path) as program:
        _, _, used = os.wait4(program.pid, 0)
    assert used.ru_utime + used.ru_stime >= 0.03


def test_sleep_takes_time_and_no_processor(tmp_path: Path) -> None:
    steps: Steps = [("sleep", {"ms": 200}), ("exit", {"status": 0})]
    with running(recipe(steps), tmp_path) as program:
        program.hear(1)
        began = time.monotonic()
        time.sleep(0.02)
        assert state(program.pid) == "S"
        assert program.wait() == 0
        assert time.monotonic() - began >= 0.15


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_children_go_on_with_steps_of_their_own(tmp_path: Path) -> None:
    fork = {"count": 3, "steps": [("exit", {"status": 4})]}
    steps: Steps = [("fork", fork), ("wait_children", {}), ("exit", {"status": None})]
    with running(recipe(steps), tmp_path) as program:
        assert program.wait() == 4
        kinds = [kind for kind, *_ in program.hear(4)]
        assert kinds == [STARTED, FORKED, FORKED, FORKED]


def test_a_child_without_steps_waits(tmp_path: Path) -> None:
    with running(recipe([("fork", {"count": 1, "steps": []})]), tmp_path) as program:
        child = program.hear(2)[1][2]
        assert Path(f"/proc/{child}/stat").exists()


@pytest.mark.parametrize(
    ("path", "status", "errno"),
    [("/no/such/file", 127, ENOENT), ("foreign", 126, ENOEXEC)],
)
def test_a_command_that_cannot_be_executed(
    path: str, status: int, errno: int, tmp_path: Path
) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(pe("x86_64"))
    file.chmod(0o755)
    named = str(file) if path == "foreign" else path
    steps: Steps = [
        ("spawn", {"path": named, "wait": True}),
        ("exit", {"status": None}),
    ]
    with running(recipe(steps), tmp_path) as program:
        assert program.wait() == status
        assert program.hear(2)[1] == (FAILED, 7, EXECVE, errno)


def test_the_status_of_a_child_that_a_signal_ends(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(executable(recipe([])))
    victim.chmod(0o755)
    steps: Steps = [
        ("spawn", {"path": str(victim), "wait": True}),
        ("exit", {"status": None}),
    ]
    with running(recipe(steps), tmp_path) as program:
        os.kill(program.hear(2)[1][2], signal.SIGKILL)
        assert program.wait() == 128 + signal.SIGKILL


def test_nobody_waits_for_a_child_unless_told_to(tmp_path: Path) -> None:
    steps: Steps = [
        ("spawn", {"path": "/no/such/file", "wait": False}),
        ("exit", {"status": None}),
    ]
    with running(recipe(steps), tmp_path) as program:
        assert program.wait() == 0


def test_a_program_becomes_another(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(executable(Recipe(8, (("exit", {"status": 9}),))))
    other.chmod(0o755)
    with running(recipe([("exec", {"path": str(other)})]), tmp_path) as program:
        assert program.wait() == 9
        assert [(number, first) for _, number, first, _ in program.hear(2)] == [
            (7, program.pid),
            (8, program.pid),
        ]


def test_a_program_that_cannot_become_another_goes_on(tmp_path: Path) -> None:
    steps: Steps = [("exec", {"path": "/no/such/file"}), ("exit", {"status": None})]
    with running(recipe(steps), tmp_path) as program:
        assert program.wait() == 127


@pytest.mark.parametrize("times", [0, 1, 4])
def test_steps_are_repeated(times: int, tmp_path: Path) -> None:
    fork = ("fork", {"count": 1, "steps": [("exit", {"status": 0})]})
    steps: Steps = [
        ("repeat", {"times": times, "steps": [fork]}),
        ("exit", {"status": 0}),
    ]
    with running(recipe(steps), tmp_path) as program:
        assert program.wait() == 0
        assert len(program.hear(times + 1)) == times + 1


@pytest.mark.parametrize(
    ("what", "sent", "code"),
    [
        ("exit", signal.SIGTERM, 0),
        ("default", signal.SIGTERM, -signal.SIGTERM),
        ("exit", signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_what_a_signal_does(
    what: str, sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    signals = ((int(signal.SIGTERM), what),) if what != "default" else ()
    with running(recipe([], signals=signals), tmp_path) as program:
        program.hear(1)
        os.kill(program.pid, sent)
        assert program.wait() == code
        if code == 0:
            assert program.hear(2)[1] == (CAUGHT, 7, int(sent), 0)


def test_a_signal_is_ignored(tmp_path: Path) -> None:
    signals = ((int(signal.SIGTERM), "ignore"),)
    with running(recipe([], signals=signals), tmp_path) as program:
        program.hear(1)
        os.kill(program.pid, signal.SIGTERM)
        program.ask(1)
        assert [kind for kind, *_ in program.hear(2)] == [STARTED, SERVED]


def test_a_signal_is_passed_on_to_a_child(tmp_path: Path) -> None:
    signals = ((int(signal.SIGTERM), "forward"),)
    steps: Steps = [("fork", {"count": 1, "steps": []})]
    with running(recipe(steps, signals=signals), tmp_path) as program:
        program.hear(2)
        os.kill(program.pid, signal.SIGTERM)
        caught = program.hear(4)[2:]
        assert [(kind, first) for kind, _, first, _ in caught] == [
            (CAUGHT, signal.SIGTERM),
            (CAUGHT, signal.SIGTERM),
        ]
        assert os.waitpid(program.pid, os.WNOHANG) == (0, 0)


@pytest.mark.parametrize(("reaps", "left"), [(True, 0), (False, 3)])
def test_who_waits_for_children_leaves_no_zombies(
    reaps: bool,
    left: int,
    tmp_path: Path,
) -> None:
    steps: Steps = [("fork", {"count": 3, "steps": [("exit", {"status": 0})]})]
    with running(recipe(steps, reaps=reaps), tmp_path) as program:
        program.hear(4)
        program.ask(1)
        program.hear(5)
        time.sleep(0.05)
        assert zombies(program.pid) == left


def zombies(parent: int) -> int:
    count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (entry / "stat").exists():
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            count += fields[0] == "Z" and int(fields[1]) == parent
    return count


def test_orphans_come_to_who_adopts_them(tmp_path: Path) -> None:
    grandchild = ("fork", {"count": 1, "steps": [("sleep", {"ms": 5000})]})
    steps: Steps = [
        ("adopt_orphans", {}),
        ("fork", {"count": 1, "steps": [grandchild, ("exit", {"status": 0})]}),
    ]
    with running(recipe(steps), tmp_path) as program:
        told = program.hear(3)
        orphan = told[2][2] if told[2][2] != told[1][2] else told[1][2]
        time.sleep(0.05)
        fields = Path(f"/proc/{orphan}/stat").read_text().rpartition(")")[2].split()
        assert int(fields[1]) == program.pid


def test_a_step_that_no_probe_has_is_refused() -> None:
    with pytest.raises(KeyError, match="teleport"):
        executable(recipe([("teleport", {})]))


def test_a_program_is_small() -> None:
    assert len(executable(recipe([]))) < 2000
