"""What a sandbox told becomes the model's events."""

from collections.abc import Sequence
from typing import Any

from simulator.live.binaries.writing import (
    CAUGHT,
    EXECVE,
    FAILED,
    FORK,
    FORKED,
    SERVED,
    STARTED,
)
from simulator.live.recording import Recorder
from simulator.live.translating import translated
from tests.simulator.live.test_translating import ROOT_USER
from tests.simulator.worlds import BOOT, execute, install, load, scenario

PLAN = [*BOOT, install("app"), execute("app"), load("app")]
WRITTEN = {"kind": "written", "at": 1, "step": 0}
RUN = {"kind": "run", "at": 9, "step": 1, "errno": 0, "pid": 5}


def report(what: int, first: int = 0, second: int = 0, pid: int = 5) -> dict[str, Any]:
    return {
        "kind": "report",
        "at": 2,
        "pid": pid,
        "what": what,
        "program": 1,
        "first": first,
        "second": second,
        "uid": 0,
    }


def recorded(*facts: dict[str, Any]) -> Recorder:
    translation = translated(scenario(PLAN), "a", {}, ROOT_USER)
    recorder = Recorder(translation, iter(facts))
    recorder.go_through()
    return recorder


def kernels(recorder: Recorder) -> list[tuple[Any, ...]]:
    """Action, outcome and details of each event of the kernel."""
    return [
        (event.action, event.outcome, dict(event.detail))
        for event in recorder.events
        if event.actor == "linux-1"
    ]


def between(*facts: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    return kernels(recorded(WRITTEN, report(STARTED), *facts, RUN))[1:-1]


def test_a_program_that_was_started() -> None:
    recorder = recorded(WRITTEN, report(STARTED), RUN)
    assert kernels(recorder)[0] == (
        "execve",
        "ok",
        {"target": "/srv/app", "pid": 5, "loader": "elf"},
    )
    assert recorder.attempts["app"] == {
        "attempts": 1,
        "errno_name": "",
        "loader": "elf",
        "exit_status": None,
    }
    assert recorder.processes[5].alive is True


def test_a_program_that_could_not_be_started() -> None:
    failed = {**RUN, "errno": 13, "pid": 0}
    recorder = recorded(WRITTEN, failed)
    detail = {"target": "/srv/app", "errno": 13, "errno_name": "EACCES"}
    assert kernels(recorder) == [("execve", "failed", detail)]
    assert recorder.attempts["app"]["errno_name"] == "EACCES"
    assert recorder.processes == {}


def test_an_errno_without_a_name_is_a_number() -> None:
    recorder = recorded(WRITTEN, {**RUN, "errno": 999, "pid": 0})
    assert kernels(recorder)[0][2]["errno_name"] == "999"
    assert recorder.attempts["app"]["errno_name"] == ""


def test_what_a_program_tells_of_itself() -> None:
    assert between(
        report(FORKED, 7),
        report(FAILED, FORK, 11),
        report(FAILED, EXECVE, 2),
        report(CAUGHT, 15),
        report(CAUGHT, 64),
    ) == [
        ("fork", "ok", {"target": "/srv/app", "parent": 5}),
        (
            "fork",
            "failed",
            {"target": "/srv/app", "pid": 5, "errno": 11, "errno_name": "EAGAIN"},
        ),
        (
            "execve",
            "failed",
            {"target": "/srv/app", "pid": 5, "errno": 2, "errno_name": "ENOENT"},
        ),
        ("signal", "ok", {"target": "/srv/app", "pid": 5, "signal": "SIGTERM"}),
        ("signal", "ok", {"target": "/srv/app", "pid": 5, "signal": "64"}),
    ]


def test_requests_count_for_the_process_that_served_them() -> None:
    served = {"kind": "served", "at": 12, "step": 2, "served": {}}
    recorder = recorded(
        WRITTEN,
        report(STARTED),
        RUN,
        report(SERVED, 60),
        report(SERVED, 40),
        report(SERVED, 1, pid=77),
        served,
    )
    assert kernels(recorder)[-1] == (
        "serve",
        "ok",
        {"target": "/srv/app", "pid": 5, "requests": 100},
    )
    assert [event.time for event in recorder.events[-2:]] == [9, 12]


def test_an_end_belongs_to_a_process_that_was_started() -> None:
    ends = [
        {"kind": "ended", "at": 3, "pid": 5, "name": "app-0", "code": -9},
        {"kind": "ended", "at": 3, "pid": 6, "name": "", "code": 0},
        {"kind": "something", "at": 3},
    ]
    recorder = recorded(WRITTEN, report(STARTED), *ends, RUN)
    assert kernels(recorder)[1:] == [
        (
            "exit",
            "failed",
            {"target": "/srv/app", "pid": 5, "exit_status": 137, "signal": "SIGKILL"},
        )
    ]
    assert [seen.status for seen in recorder.ended] == [137]
    assert recorder.attempts["app"]["exit_status"] == 137


def test_a_plan_that_was_cut_short() -> None:
    recorder = recorded(WRITTEN)
    assert [event.action for event in recorder.events] == [
        "install",
        "power_on",
        "install",
        "exec",
        "load",
        "serve",
    ]
    assert recorder.views == {}
