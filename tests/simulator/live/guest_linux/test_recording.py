"""What happened in a guest, as events in the model's words."""

from errno import EACCES

import pytest

from simulator.live.guest_linux.guests import Process
from simulator.live.guest_linux.recording import Record, status_of

PATH = "/srv/app"
TERM, KILL = 15, 9


@pytest.fixture
def record() -> Record:
    made = Record()
    made.attempts["app"] = {
        "attempts": 0,
        "errno_name": "",
        "loader": "",
        "exit_status": None,
    }
    return made


def process(*, started: bool = True, code: int | None = None) -> Process:
    return Process(70, 5, "box-1", program="app", started=started, code=code)


def told(record: Record) -> list[tuple[str, str, dict[str, object]]]:
    return [
        (event.action, event.outcome, dict(event.detail)) for event in record.events
    ]


def test_a_program_that_was_started(record: Record) -> None:
    record.cause = 4
    record.started(process(), PATH)
    detail = {"target": PATH, "pid": 70, "loader": "elf"}
    assert told(record) == [("execve", "ok", detail)]
    assert (record.events[0].actor, record.events[0].cause) == ("linux-1", 4)
    assert record.attempts["app"] == {
        "attempts": 1,
        "errno_name": "",
        "loader": "elf",
        "exit_status": None,
    }


def test_a_program_that_could_not_be_started_has_no_end(record: Record) -> None:
    lost = process(started=False, code=EACCES)
    record.started(lost, PATH)
    record.ended(lost, PATH, {})
    detail = {"target": PATH, "errno": EACCES, "errno_name": "EACCES"}
    assert told(record) == [("execve", "failed", detail)]
    assert record.attempts["app"]["errno_name"] == "EACCES"


def test_an_errno_without_a_name_is_a_number(record: Record) -> None:
    record.started(process(started=False, code=250), PATH)
    assert record.attempts["app"]["errno_name"] == "250"
    record.started(process(started=False), PATH)
    assert record.attempts["app"]["errno_name"] == "0"


@pytest.mark.parametrize(
    ("code", "outcome", "status", "more"),
    [
        (0, "ok", 0, {}),
        (3, "failed", 3, {}),
        (-TERM, "failed", 143, {"signal": "SIGTERM"}),
        (-KILL, "failed", 137, {"signal": "SIGKILL"}),
    ],
)
def test_an_end_is_told_once(
    code: int, outcome: str, status: int, more: dict[str, str], record: Record
) -> None:
    gone = process(code=code)
    record.ended(gone, PATH, {})
    record.ended(gone, PATH, {})
    detail = {"target": PATH, "pid": 70, "exit_status": status, **more}
    assert told(record) == [("exit", outcome, detail)]
    assert record.attempts["app"]["exit_status"] == status
    assert status_of(gone) == status


def test_who_lives_has_no_end(record: Record) -> None:
    record.ended(process(), PATH, {})
    assert told(record) == []
    assert status_of(process()) is None


@pytest.mark.parametrize(
    ("code", "kills", "actions"),
    [
        (-KILL, 1, ["oom_kill", "exit"]),
        (-KILL, 0, ["exit"]),
        (-TERM, 1, ["exit"]),
        (3, 1, ["exit"]),
    ],
)
def test_the_oom_killer_is_told_from_others(
    code: int, kills: int, actions: list[str], record: Record
) -> None:
    record.ended(process(code=code), PATH, {"oom_kill": kills})
    assert [action for action, _, _ in told(record)] == actions


def test_who_was_above_memory_high(record: Record) -> None:
    record.counted("box-1", {"high": 0})
    record.counted("box-2", {"high": 377})
    detail = {"target": "box-2", "count": 377}
    assert told(record) == [("memory_high", "ok", detail)]


def test_time_counts_from_the_beginning(record: Record) -> None:
    assert record.now >= 0
    record.begin()
    first = record.add("operator", "wait", "asked", cause=None)
    second = record.add("operator", "wait", "asked", cause=first)
    assert (first, second) == (0, 1)
    assert record.events[1].cause == 0
    assert record.events[0].time <= record.events[1].time
