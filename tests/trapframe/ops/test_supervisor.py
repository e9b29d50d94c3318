import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import pytest

from tests.trapframe.embedded.sessions import wait_until
from trapframe.ops import supervisor
from trapframe.ops.processes import Process
from trapframe.ops.supervisor import Child, Supervisor, stop_event

UNTIL_TOLD = "import time; print('up'); time.sleep(60)"


class Lines:
    """What was said, and by whom."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def __call__(self, name: str, text: str) -> None:
        self.said.append((name, text))

    def wait_for(self, name: str, text: str) -> bool:
        return wait_until(lambda: (name, text) in self.said, seconds=10)


@pytest.fixture
def lines() -> Lines:
    return Lines()


def _process(code: str, name: str = "one", **options: float) -> Process:
    return Process(name, ("-c", code), "tool", **options)  # type: ignore[arg-type]


@pytest.fixture
def short_back_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(supervisor, "_FIRST_BACK_OFF", 0.1)
    return


def test_output_is_said_with_the_name_and_without_blank_lines(lines: Lines) -> None:
    child = Child(_process("print('a'); print(); print('b', flush=True)"), lines)
    child.start()
    assert lines.wait_for("one", "b")
    child.stop()
    assert lines.said == [("one", "a"), ("one", "b")]


def test_it_is_told_to_end_and_ends(lines: Lines) -> None:
    child = Child(_process(UNTIL_TOLD), lines)
    child.start()
    assert lines.wait_for("one", "up")
    child.ask_to_stop()
    child.stop()
    assert not child.is_alive()
    assert lines.said == [("one", "up")]


def test_one_that_does_not_end_is_killed(lines: Lines) -> None:
    code = f"import signal; signal.signal({int(SIGTERM)}, signal.SIG_IGN); {UNTIL_TOLD}"
    child = Child(_process(code, stop_seconds=0.2), lines)
    child.start()
    assert lines.wait_for("one", "up")
    child.ask_to_stop()
    child.stop()
    assert not child.is_alive()
    assert lines.said[-1] == ("one", "does not end: killed")


def test_its_own_children_end_with_it(lines: Lines) -> None:
    code = (
        "import subprocess, sys, time; "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(p.pid); time.sleep(60)"
    )
    child = Child(_process(code), lines)
    child.start()
    assert wait_until(lambda: lines.said != [])
    grandchild = Path("/proc", lines.said[0][1], "cmdline")
    assert grandchild.read_bytes() != b""
    child.kill()
    assert wait_until(lambda: not grandchild.exists() or grandchild.read_bytes() == b"")


def test_one_that_ends_is_started_again_ever_later(
    lines: Lines, short_back_off: None
) -> None:
    child = Child(_process("raise SystemExit(3)"), lines)
    child.start()

    def told_three_times() -> bool:
        child.revive()
        return len(lines.said) == 3

    assert wait_until(told_three_times)
    child.stop()
    assert [text for _, text in lines.said] == [
        "ended with status 3; starts again in 0 s",
        "ended with status 3; starts again in 0 s",
        "ended with status 3; starts again in 0 s",
    ]
    assert child._back_off == pytest.approx(0.8)


def test_after_a_steady_run_the_back_off_is_short_again(
    lines: Lines, short_back_off: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_STEADY_SECONDS", 0.0)
    child = Child(_process(UNTIL_TOLD), lines)
    child._back_off = 30.0
    child.start()
    os.kill(child.pid, signal.SIGKILL)
    assert wait_until(lambda: not child.is_alive())
    time.sleep(0.01)
    child.revive()
    assert lines.said[-1] == ("one", "ended with signal SIGKILL; starts again in 0 s")
    child.stop()


def test_one_that_runs_is_left_alone(lines: Lines) -> None:
    child = Child(_process(UNTIL_TOLD), lines)
    child.start()
    pid = child.pid
    child.revive()
    assert child.pid == pid
    child.kill()


def test_one_that_was_never_started(lines: Lines) -> None:
    child = Child(_process(UNTIL_TOLD), lines)
    child.ask_to_stop()
    child.stop()
    child.kill()
    assert not child.is_alive()
    with pytest.raises(ProcessLookupError, match="one has not been started"):
        _ = child.pid


def test_all_are_started_watched_and_ended(lines: Lines) -> None:
    both = Supervisor([_process(UNTIL_TOLD, "a"), _process(UNTIL_TOLD, "b")], lines)
    both.start()
    assert lines.wait_for("a", "up")
    assert lines.wait_for("b", "up")
    both.revive()
    both.stop()
    assert [child.is_alive() for child in both.children.values()] == [False, False]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_sets_the_event_and_a_second_one_ends_at_once(
    number: signal.Signals,
) -> None:
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        event = stop_event()
        assert not event.is_set()
        os.kill(os.getpid(), number)
        assert event.wait(1)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        for n, handler in before.items():
            signal.signal(n, handler)
