"""The parts of the chaos run, each by itself."""

import random
import subprocess
import sys

import pytest

from quizzes import wakeups
from quizzes.domain.queries.queue import Conservation
from tests.chaos.bells import unreliable_bells
from tests.chaos.faults import Faults
from tests.chaos.holding import kill, process_of
from tests.chaos.report import table
from tests.chaos.run import Outcome
from tests.trial.stack import TrialError, wait_until


def test_bells_are_dropped_and_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []

    def ring(lane: str) -> bool:
        rung.append(lane)
        return True

    monkeypatch.setattr(wakeups, "ring", ring)
    with unreliable_bells(random.Random(1)) as counts:
        taken = [wakeups.ring("interactive") for _ in range(1000)]
    assert counts["dropped"] == taken.count(False)
    assert 150 < counts["dropped"] < 250
    assert 150 < counts["doubled"] < 250
    assert len(rung) == 1000 - counts["dropped"] + counts["doubled"]
    assert wakeups.ring is ring


def test_the_plan_has_each_fault_as_often_as_asked_for() -> None:
    faults = Faults(None, None, random.Random(1))  # type: ignore[arg-type]
    plan = faults.plan([("broker killed", 2), ("sweeper killed", 1)])
    assert sorted(plan) == ["broker killed", "broker killed", "sweeper killed"]


def test_a_process_is_killed_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert kill(process_of(f"some-host:{child.pid}")) is True
    assert child.wait() == -9
    assert kill(child.pid) is False


def _outcome(law: Conservation, *, accepted: int = 10) -> Outcome:
    return Outcome(law, accepted, 0, 3, 1.25, {"broker killed": 2})


def test_the_promise() -> None:
    assert _outcome(Conservation(10, 10, 0, 0, 0, 0)).holds


@pytest.mark.parametrize(
    "law",
    [
        Conservation(9, 9, 0, 0, 0, 0),  # one is lost
        Conservation(10, 9, 0, 0, 0, 0),  # one is nowhere
        Conservation(10, 9, 0, 0, 1, 0),  # one is stuck
        Conservation(10, 9, 0, 1, 0, 0),  # one was given up
        Conservation(10, 10, 0, 0, 0, 1),  # one counts twice
    ],
)
def test_the_promise_is_broken(law: Conservation) -> None:
    assert not _outcome(law).holds


def test_the_table() -> None:
    shown = table(_outcome(Conservation(9, 8, 0, 0, 1, 0)))
    rows = {
        cells[1].strip(): cells[2].strip()
        for line in shown.splitlines()
        if len(cells := line.replace("┃", "│").split("│")) == 4
    }
    assert rows["broker killed"] == "2"
    assert rows["lost"] == "1"
    assert rows["stuck"] == "1"
    assert rows["settled after, seconds"] == "1.2"


def test_waiting_ends() -> None:
    with pytest.raises(TrialError, match="waited 0 s in vain for a miracle"):
        wait_until(lambda: False, "a miracle", seconds=0.05)
