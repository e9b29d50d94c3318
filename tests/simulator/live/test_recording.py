"""What a sandbox told becomes the model's events."""

from collections.abc import Sequence
from typing import Any

from simulator.live.binaries.writing import (
    BIND,
    CALL,
    CAUGHT,
    CONNECT,
    DONE,
    EXECVE,
    FAILED,
    FORK,
    FORKED,
    MEMORY,
    SEGMENT,
    SERVED,
    SETUID,
    SIGNAL,
    STARTED,
    UNSHARE,
)
from simulator.live.recording import AFTER, HEARD, INIT, Recorder
from simulator.live.translating import translated
from tests.simulator.live.test_translating import ROOT_USER
from tests.simulator.worlds import BOOT, execute, install, load, scenario

PLAN = [*BOOT, install("app"), execute("app"), load("app")]
LIBRARY = {"kind": "written", "at": 0, "step": 0}
WRITTEN = {"kind": "written", "at": 1, "step": 1}
RUN = {"kind": "run", "at": 9, "step": 2, "errno": 0, "pid": 5}


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
    recorder = Recorder(translation, iter([LIBRARY, *facts]))
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
    served = {"kind": "served", "at": 12, "step": 3, "served": {}}
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


def test_what_the_kernel_grants_and_refuses() -> None:
    known = {"pid": 5}
    refused = {**known, "errno": 1, "errno_name": "EPERM"}
    assert between(
        report(DONE, SETUID | 500 << 8),
        report(FAILED, UNSHARE, 1),
        report(DONE, CALL),
        report(FAILED, SIGNAL | 9 << 8, 1),
        report(FAILED, SIGNAL | 9 << 8, 3),
        report(DONE, SIGNAL | 9 << 8),
        report(DONE, BIND | (1 << 16 | 80) << 8),
        report(FAILED, BIND | 80 << 8, 1),
        report(DONE, CONNECT | 80 << 8),
        report(DONE, SEGMENT | 42 << 8),
        report(FAILED, MEMORY | 7 << 8, 1),
    ) == [
        ("setuid", "ok", {"target": 500, **known}),
        ("unshare", "failed", {"target": "/srv/app", **refused}),
        ("system_call", "ok", {"target": "sethostname", **known}),
        ("signal", "failed", {"target": "/srv/app", **refused}),
        (
            "kill",
            "failed",
            {"target": "/srv/app", **known, "errno": 3, "errno_name": "ESRCH"},
        ),
        ("listen", "ok", {"target": "127.0.0.1:80", **known}),
        ("bind", "failed", {"target": "0.0.0.0:80", **refused}),
        ("connect", "ok", {"target": "127.0.0.1:80", **known}),
        ("shmget", "ok", {"target": 42, **known}),
        ("mmap", "failed", {"target": "/srv/app", **refused}),
    ]


def test_an_engines_own_process_and_its_init_are_none_of_the_scenarios() -> None:
    translation = translated(scenario(PLAN), "a", {}, ROOT_USER)
    recorder = Recorder(translation, iter([]))
    for number in (translation.daemon, translation.init):
        fact = {**report(STARTED, pid=number), "program": number}
        HEARD["report"](recorder, fact, "")
    assert [event.detail["target"] for event in recorder.events] == [""]
    assert recorder.processes[translation.init].program == INIT


def test_a_signal_without_a_name_is_a_number() -> None:
    ended = {"kind": "ended", "at": 3, "pid": 5, "name": "app-0", "code": -31}
    recorder = recorded(WRITTEN, report(STARTED), ended, RUN)
    assert kernels(recorder)[1][2]["signal"] == "31"


def test_counts_stand_inside_each_other() -> None:
    counts = {"box-1": {"memory.events.oom_kill": 1, "pids.current": 4}}
    seen = {"kind": "views", "at": 20, "step": 4, "views": {}, "counts": counts}
    recorder = recorded(WRITTEN, RUN, {"kind": "served", "at": 9, "step": 3}, seen)
    assert recorder.counts == {
        "box-1": {"memory": {"events": {"oom_kill": 1}}, "pids": {"current": 4}}
    }
    assert recorder.overdue is False
    served = {"kind": "served", "at": 9, "step": 3}
    late = recorded(WRITTEN, RUN, served, {**seen, "whole": False})
    assert late.overdue is True


def test_a_container_without_a_program_has_the_status_of_a_shell() -> None:
    recorder = recorded()
    failed = {"kind": "container", "errno": 2, "pid": 0, "stages": {}}
    recorder.translation.runs["box-1"] = ""
    for errno, status in ((2, 127), (13, 126)):
        AFTER["container"](recorder, {**failed, "errno": errno}, "box-1")
        assert recorder.statuses["box-1"] == status
        assert recorder.containers["box-1"] == "exited"
    assert "" not in recorder.attempts
