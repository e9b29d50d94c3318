"""Arms of scenarios on this machine's own kernel, in the model's words."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from simulator import Run
from simulator.live import running
from simulator.live.capabilities import Capability, Report, report
from simulator.live.running import run_arm_live
from simulator.live.sandbox import Told
from simulator.live.translating import NotHereError
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    events,
    execute,
    install,
    load,
    scenario,
)

Plan = Sequence[Mapping[str, Any]]


def live(plan: Plan, *, seconds: float = 20, **more: Any) -> Run:
    return run_arm_live(scenario(plan, **more), "a", {}, report(), seconds=seconds)


def told(run: Run) -> list[tuple[str, str, str]]:
    return [(event.actor, event.action, event.outcome) for event in run.events]


def test_a_program_that_serves() -> None:
    run = live([*BOOT, install("app"), execute("app"), load("app", 30)])
    assert run.observation["programs"]["app"] == {
        "attempts": 1,
        "errno_name": "",
        "loader": "elf",
        "running": 1,
        "served": 30,
    }
    assert told(run) == [
        ("operator", "install", "asked"),
        ("operator", "power_on", "asked"),
        ("operator", "install", "asked"),
        ("operator", "exec", "asked"),
        ("linux-1", "execve", "ok"),
        ("operator", "load", "asked"),
        ("linux-1", "serve", "ok"),
    ]
    assert [event.cause for event in run.events] == [None, None, None, None, 3, None, 5]
    assert run.metrics["kernels"] == 1
    assert run.metrics["served"] == 30
    assert run.verdict == "completed"


def test_a_program_of_another_system() -> None:
    run = live([*BOOT, install("exe"), execute("exe"), load("exe")])
    (failed,) = events(run, "execve")
    assert failed.detail == {
        "target": "/srv/app.exe",
        "errno": 8,
        "errno_name": "ENOEXEC",
    }
    assert run.observation["programs"]["exe"]["errno_name"] == "ENOEXEC"
    assert run.observation["programs"]["exe"]["loader"] == ""
    assert events(run, "serve", outcome="failed")[0].detail["log"] == (
        "connection refused: no process of exe is running"
    )


def test_a_script_is_loaded_by_its_interpreter() -> None:
    run = live([*BOOT, install("sh"), install("script"), execute("script")])
    assert run.observation["programs"]["script"]["loader"] == "script"
    assert run.observation["programs"]["script"]["running"] == 1


def test_a_program_that_ends_and_one_that_is_killed() -> None:
    world = {"programs": {"app": {"does": [{"exit": {"status": 4}}]}}}
    plan = [
        *BOOT,
        install("app"),
        install("sh"),
        execute("app"),
        execute("sh"),
        {"signal": {"on": "server", "program": "sh", "signal": "SIGKILL"}},
        {"wait": {"seconds": 0}},
    ]
    run = live(plan, world=world)
    ends = {e.detail["target"]: e.detail for e in events(run, "exit")}
    assert (ends["/srv/app"]["exit_status"], ends["/bin/sh"]["exit_status"]) == (4, 137)
    assert ends["/bin/sh"]["signal"] == "SIGKILL"
    assert run.observation["programs"]["sh"]["running"] == 0


def test_what_programs_do_is_told_as_events() -> None:
    does = [
        {"fork": {"count": 2, "steps": [{"exit": {}}]}},
        {"spawn": {"program": "exe", "wait": True}},
    ]
    signals = {"SIGTERM": "exit"}
    world = {"programs": {"app": {"does": does, "signals": signals}}}
    plan = [
        *BOOT,
        install("app"),
        install("exe"),
        execute("app"),
        {"signal": {"on": "server", "program": "app", "signal": "SIGTERM"}},
    ]
    run = live(plan, world=world)
    assert len(events(run, "fork")) == 2
    assert events(run, "execve", outcome="failed")[0].detail["errno_name"] == "ENOEXEC"
    assert events(run, "signal", actor="linux-1")[0].detail["signal"] == "SIGTERM"
    assert events(run, "exit")[-1].detail["exit_status"] == 0


def test_containers_are_seen_from_inside_and_outside() -> None:
    run = live([*ENGINE, box(2), load("app", 5)])
    views = run.observation["views"]
    assert sorted(views) == ["box", "server"]
    first, second = views["box"]
    assert (first["place"], first["hostname"], first["pid"]) == ("box-1", "box-1", 1)
    assert (second["place"], second["pid"], second["zombies"]) == ("box-2", 1, 0)
    assert first["pid_outside"] != second["pid_outside"]
    assert first["own"] == ["cgroup", "ipc", "mnt", "net", "pid", "uts"]
    assert [(row["pid"], row["program"]) for row in first["processes"]] == [(1, "app")]
    (machine,) = views["server"]
    assert (machine["place"], machine["state"], machine["own"]) == ("server", "on", [])
    assert [row["program"] for row in machine["processes"]].count("app") == 2
    assert run.observation["software"]["docker"]["stands_on"] == "linux"
    assert run.observation["programs"]["app"]["served"] == 10
    stages = [e.action for e in run.events if e.actor == "docker"]
    assert stages == ["rootfs", "exec", "first_report"] * 2


def test_a_container_that_is_stopped() -> None:
    world = {"programs": {"app": {"signals": {"SIGTERM": "exit"}}}}
    plan = [*ENGINE, box(), {"stop_container": {"on": "box"}}]
    run = live(plan, world=world)
    (view,) = run.observation["views"]["box"]
    assert (view["state"], view["exit_status"], view["pid"]) == ("exited", 0, 0)
    assert view["processes"] == []
    assert events(run, "exit")[0].detail["exit_status"] == 0


def test_processes_that_ended_with_their_namespace_do_not_run() -> None:
    spawn = {"spawn": {"program": "sh"}}
    does = [spawn, spawn, {"sleep": {"ms": 50}}, {"exit": {"status": 3}}]
    world = {
        "programs": {
            "app": {"does": does},
            "sh": {"signals": {"SIGTERM": "ignore"}},
        },
        "images": {"app_image": {"programs": ["app", "sh"]}},
    }
    on_the_machine = [*BOOT, install("app"), install("sh"), execute("app")]
    run = live([*on_the_machine, {"wait": {"seconds": 1}}], world=world)
    assert run.observation["programs"]["sh"]["running"] == 2
    run = live([*ENGINE, box(), {"wait": {"seconds": 1}}], world=world)
    assert run.observation["programs"]["sh"]["running"] == 0
    assert run.observation["views"]["box"][0]["exit_status"] == 3


def test_a_program_that_nobody_waits_for_is_a_zombie() -> None:
    fork = {"fork": {"count": 3, "steps": [{"exit": {}}]}}
    world = {"programs": {"app": {"does": [fork]}}}
    plan = [*ENGINE, box(), {"wait": {"seconds": 0}}]
    (view,) = live(plan, world=world).observation["views"]["box"]
    assert view["zombies"] == 3
    assert [row["state"] for row in view["processes"]].count("zombie") == 3
    reaping = {"programs": {"app": {"does": [fork], "reaps": True}}}
    (view,) = live(plan, world=reaping).observation["views"]["box"]
    assert (view["zombies"], len(view["processes"])) == (0, 1)


def test_a_limit_of_processes_is_the_kernels_own() -> None:
    if not report().of("pids").available:
        with pytest.raises(NotHereError, match="no writable cgroup"):
            live([*ENGINE, box(limits={"pids_max": 3})])
        return
    world = {"programs": {"app": {"does": [{"fork": {"count": 5, "steps": []}}]}}}
    limited = box(limits={"pids_max": 3})
    run = live([*ENGINE, limited, {"wait": {"seconds": 0}}], world=world)
    assert len(events(run, "fork", outcome="ok")) == 2
    refused = events(run, "fork", outcome="failed")
    assert {event.detail["errno_name"] for event in refused} == {"EAGAIN"}
    assert len(refused) == 3
    (view,) = run.observation["views"]["box"]
    assert len(view["processes"]) == 3
    assert list(Path("/sys/fs/cgroup").rglob(f"trapframe-{os.getpid()}-*")) == []


def test_an_arm_that_takes_too_long_is_over_its_budget() -> None:
    world = {"programs": {"app": {"does": [{"sleep": {"ms": 60_000}}]}}}
    plan = [*BOOT, install("app"), execute("app"), {"wait": {"seconds": 5}}]
    run = live(plan, world=world, seconds=0.8)
    assert run.verdict == "budget_exceeded"
    assert run.observation["views"] == {}


def test_nobody_waits_where_nothing_can_happen() -> None:
    stop = {"stop_container": {"on": "box", "grace_s": 600}}
    began = time.monotonic()
    run = live([*ENGINE, box(), {"wait": {"seconds": 3600}}, stop])
    assert time.monotonic() - began < 60
    assert 4_200_000_000 < run.metrics["duration_us"] < 4_260_000_000
    assert run.observation["views"]["box"][0]["exit_status"] == 137


def test_what_goes_on_for_longer_than_anybody_waits_is_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = ({"kind": "waited", "step": 0, "at": 1, "whole": False},)
    monkeypatch.setattr(running, "carry_out", lambda *_, **__: Told(facts, True))
    with pytest.raises(NotHereError, match="went on for longer than a probe waits"):
        live([*BOOT, {"wait": {"seconds": 3600}}])


def test_a_machine_that_has_no_sandboxes_says_so() -> None:
    bare = Report("6.1", "x86_64", 0, "", "none", (Capability("exec", False, "no"),))
    with pytest.raises(NotHereError, match="no"):
        run_arm_live(scenario(BOOT), "a", {}, bare)


def test_running_is_what_the_fidelity_report_uses() -> None:
    assert running.run_arm_live is run_arm_live
