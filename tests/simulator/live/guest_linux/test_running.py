"""Arms of shipped scenarios in guests; here the guests' kernels are stand-ins."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.inputs import read_file
from simulator.live.guest_linux import acting, files
from simulator.live.guest_linux.judging import booting, compared_in_guests
from simulator.live.guest_linux.running import run_arm_in_guests
from simulator.live.qemu.machine import Tools
from simulator.live.translating import NotHereError
from simulator.scenario.model import Scenario
from simulator.scenario.parser import load_scenario
from simulator.trace import Run
from tests.simulator.live.guest_linux.fake import KILLED, STAYS, Boots
from tests.simulator.worlds import path_of

HEAD = """
key: guests
title: Guests
summary: What guests can do and cannot.
world:
  machines:
    server: {cores: 2, ram_mib: 4096}
  systems:
    linux: {family: linux, version: "6.1"}
    windows: {family: nt, version: "10.0"}
  hypervisors:
    bare: {kind: type-1, ram_mib: 300}
    hosted: {kind: type-2, ram_mib: 20}
  engines:
    engine: {ram_mib: 60}
  programs:
    app: {path: /app, format: elf, signals: {SIGTERM: exit}}
    leaver: {path: /leaver, format: elf, does: [repeat: {times: 1, steps: [exit: {}]}]}
    caller: {path: /caller, format: elf, does: [exec: {program: app}]}
    ends: {path: /ends, format: elf, does: [sleep: {ms: 1}, exit: {status: 3}]}
    lost: {path: /lost, format: elf}
  images:
    files: {programs: [app, leaver, caller, ends, lost]}
setup:
  - install: {what: linux, on: server}
  - power_on: {machine: server}
  - install: {what: engine, on: server}
arms:
  one:
    label: The one
    changes:
      - {part: machines.server.cores, set: 4}
    plan:
"""
TAIL = """
claims:
  holds: {text: it holds, expression: runs.one.metrics.kernels >= 0}
"""
LIVES = {"/p1": STAYS, "/p2": STAYS, "/p3": STAYS, "/p4": 3 << 8}


def scenario(*actions: str) -> Scenario:
    plan = "".join(f"      - {action}\n" for action in actions)
    return load_scenario(HEAD + plan + TAIL, name="guests.yaml")


def shipped(name: str) -> Scenario:
    return read_file(path_of(name))


def ran(wanted: Scenario, boots: Boots, arm: str = "one", seed: int = 0) -> Run:
    params = wanted.variant(seed)
    return run_arm_in_guests(wanted, arm, params, boots, release="6.1")


def told(run: Run) -> list[tuple[str, str]]:
    """Return what happened beyond the operator's wishes."""
    return [(e.action, e.outcome) for e in run.events if e.outcome != "asked"]


@pytest.fixture
def boots(tmp_path: Path) -> Boots:
    return Boots(tmp_path, LIVES)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "SETTLE_S", 5.0)


def box(**more: Any) -> str:
    fields = {"name": "box", "on": "server", "image": "files", "run": "app", **more}
    inner = ", ".join(f"{key}: {value}" for key, value in fields.items())
    return f"start_container: {{{inner}}}"


def test_containers_share_the_kernel_that_panics(boots: Boots) -> None:
    run = ran(
        scenario(
            box(count=2),
            box(name="other"),
            "load: {program: app, requests: 5}",
            "crash: {on: other}",
            "kernel_bug: {on: server}",
            "load: {program: app, requests: 5}",
        ),
        boots,
    )
    assert told(run) == [
        *[("execve", "ok")] * 3,
        *[("serve", "ok")] * 3,
        ("panic", "failed"),
        ("serve", "failed"),
    ]
    panic = next(event for event in run.events if event.action == "panic")
    assert panic.detail["log"] == "Kernel panic - not syncing: sysrq triggered crash"
    assert (run.metrics["kernels"], run.metrics["served"]) == (0, 15)
    assert run.observation["programs"]["app"]["running"] == 0
    states = {
        name: {view["state"] for view in views}
        for name, views in run.observation["views"].items()
    }
    assert states == {"box": {"dead"}, "other": {"dead"}}
    assert run.simulator_version == "linux 6.1 in a guest"
    assert len(boots.kernels) == 1
    paths = [entry.path for entry in boots.files[0]]
    assert paths == ["p1", "images", "images/1", "images/1/proc", "images/1/p1"]


def test_another_guest_goes_on(boots: Boots) -> None:
    vm = "on: server, system: linux, ram_mib: 512"
    run = ran(
        scenario(
            "install: {what: hosted, on: server}",
            f"start_vm: {{name: good, {vm}, count: 2, programs: [app], run: app}}",
            f"start_vm: {{name: bad, {vm}}}",
            "crash: {on: bad}",
            "load: {program: app, requests: 9}",
        ),
        boots,
    )
    assert {name: vm["system"] for name, vm in run.observation["vms"].items()} == {
        "good-1": "running",
        "good-2": "running",
        "bad-1": "dead",
    }
    assert (run.metrics["served"], run.metrics["kernels"]) == (18, 3)
    assert run.observation["views"] == {"good": [], "bad": []}


def test_ends_and_errors(boots: Boots) -> None:
    run = ran(
        scenario(
            box(run="ends", limits="{pids_max: 9, memory_max_mib: 16}"),
            box(name="second", run="lost"),
            box(name="third", run="leaver"),
            box(name="fourth", run="caller"),
            "wait: {seconds: 0}",
        ),
        boots,
    )
    assert told(run) == [
        ("execve", "ok"),
        ("execve", "failed"),
        ("execve", "ok"),
        ("execve", "ok"),
        ("exit", "failed"),
    ]
    programs = run.observation["programs"]
    assert programs["ends"]["exit_status"] == 3
    assert programs["lost"]["errno_name"] == "ENOENT"
    views = run.observation["views"]
    assert views["box"] == [{"place": "box-1", "state": "exited", "exit_status": 3}]
    assert views["third"][0]["state"] == "running"
    memory = run.observation["cgroups"]["linux-1"]["box-1"]["memory"]
    assert memory["peak_kib"] == 72000
    assert memory["events"]["oom_kill"] == 0


def test_time_passes(boots: Boots) -> None:
    run = ran(scenario(box(), "wait: {seconds: 1}"), boots)
    assert run.metrics["duration_us"] >= 1_000_000


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("install: {what: bare, on: server}", "bare would stand in the place of this"),
        ("install: {what: windows, on: server}", "windows is no Linux"),
        ("install: {what: app, on: server}", "programs of guests are in images"),
        ("reboot: {machine: server}", "no guest does what reboot does"),
        ("wait: {seconds: 9}", "nobody waits 9 s for a guest"),
        ("kernel_bug: {on: server, program: app}", "nothing of program of kernel_bug"),
        (box(privileged="true"), "guests know nothing of privileged"),
        (box(limits="{cpu_weight: 9}"), "no guest sets cpu_weight of a cgroup"),
        (
            "start_container: {name: box, on: server, image: files}",
            "container runs a program",
        ),
        (
            "start_vm: {name: vm, on: server, system: linux, ram_mib: 512, count: 5}",
            "5 guests are more than this machine should boot",
        ),
    ],
)
def test_what_guests_cannot_do(action: str, reason: str, boots: Boots) -> None:
    with pytest.raises(NotHereError, match=reason):
        ran(scenario(action), boots)
    assert boots.kernels == []


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("virtualization: false", "the processor of server has no virtualization ext"),
        ("arch: aarch64", "server is aarch64, this machine is x86_64"),
    ],
)
def test_a_host_that_is_unlike_this_machine(
    field: str, reason: str, boots: Boots
) -> None:
    other = HEAD.replace("server: {cores: 2,", f"server: {{{field}, cores: 2,")
    vm = "start_vm: {name: vm, on: server, system: linux, ram_mib: 512}"
    with pytest.raises(NotHereError, match=reason):
        ran(load_scenario(f"{other}      - {vm}\n{TAIL}", name="x.yaml"), boots)
    assert boots.kernels == []


def test_a_guest_of_another_processor(boots: Boots) -> None:
    other = HEAD.replace('"6.1"}', '"6.1", arch: aarch64}')
    vm = "start_vm: {name: vm, on: server, system: linux, ram_mib: 512}"
    with pytest.raises(NotHereError, match="linux is for aarch64, guests are x86_64"):
        ran(load_scenario(f"{other}      - {vm}\n{TAIL}", name="x.yaml"), boots)


def test_an_image_that_only_a_registry_has(boots: Boots) -> None:
    reason = "app:mine is a tag, and guests have no registry"
    with pytest.raises(NotHereError, match=reason):
        ran(shipped("works-on-my-machine"), boots, "older_kernel")


def test_a_guest_has_no_guests(boots: Boots) -> None:
    vm = "start_vm: {name: vm, on: server, system: linux, ram_mib: 512}"
    inner = "start_vm: {name: inner, on: vm, system: linux, ram_mib: 64}"
    with pytest.raises(NotHereError, match="vm is itself a guest"):
        ran(scenario("install: {what: hosted, on: server}", vm, inner), boots)
    assert boots.kernels == []


def test_the_host_of_guests_is_not_crashed(boots: Boots) -> None:
    vm = "start_vm: {name: vm, on: server, system: linux, ram_mib: 512}"
    wanted = scenario("install: {what: hosted, on: server}", vm, "crash: {on: server}")
    with pytest.raises(NotHereError, match="server is this machine"):
        ran(wanted, boots)
    assert boots.kernels == []


def test_programs_that_a_guest_cannot_run(
    boots: Boots, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = HEAD.replace("{path: /lost, format: elf}", "{path: /lost, format: pe}")
    action = box(run="lost")
    with pytest.raises(NotHereError, match="lost is more than a guest's program"):
        ran(load_scenario(f"{other}      - {action}\n{TAIL}", name="x.yaml"), boots)
    monkeypatch.setattr(files, "STEPS", {})
    with pytest.raises(
        NotHereError, match="no program of a guest does the step repeat"
    ):
        ran(scenario(box(run="leaver")), boots)
    assert len(ran(scenario(box()), boots).events) == 5


def test_programs_that_others_start_are_there_too(boots: Boots) -> None:
    ran(scenario(box(run="caller"), box(name="other")), boots)
    paths = [entry.path for entry in boots.files[0]]
    assert [path for path in paths if path.startswith("p")] == ["p3", "p1"]


def test_mechanisms_of_a_real_kernel_stay_as_they_are(boots: Boots) -> None:
    with pytest.raises(NotHereError, match="nobody can change container"):
        ran(shipped("crash-of-one-guest"), boots, "own_kernels")


def test_claims_about_memory_are_judged_by_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "STEPS", {"allocate": None, "exit": None})
    monkeypatch.setattr(files, "executable", lambda _recipe: b"")
    wanted = shipped("memory-high-against-memory-max")
    outcomes = iter([(0, 0), (KILLED, 0), (0, 377)])

    def boot(entries: Any) -> Any:
        status, high = next(outcomes)
        return Boots(tmp_path, {"/p1": status}, high)(entries)

    rows = {
        row.claim: row
        for row in compared_in_guests(wanted, wanted.variant(0), boot, release="6.1")
    }
    assert {name: row.live for name, row in rows.items()} == {
        "max_kills_high_slows": False,  # nobody was slow
        "both_kill": False,
        "high_never_kills": True,
        "high_refuses": False,
        "no_error_with_high": True,
        "high_only_counts": True,
        "sleeping_is_the_reason": None,
        "killing_is_the_difference": None,
        "an_error_would_reach_the_job": None,
    }
    assert rows["sleeping_is_the_reason"].reason == (
        "soft_without_effect: nobody can change cgroup.memory_high of a real kernel"
    )


def test_claims_about_what_nobody_sees_in_a_guest(boots: Boots) -> None:
    wanted = scenario(box())
    claims = {
        "fork": "runs.one.events.exists(e, e.action == 'fork')",
        "nowhere": "runs.one.observation.views.box[0].pid > 0",
    }
    spoilt = replace(
        wanted,
        claims={
            name: replace(wanted.claims["holds"], name=name, expression=expression)
            for name, expression in claims.items()
        },
    )
    judged = {
        row.claim: (row.live, row.reason.partition(":")[0])
        for row in compared_in_guests(spoilt, {}, boots, release="6.1")
    }
    assert judged == {
        "fork": (None, "nobody sees fork of a guest"),
        "nowhere": (None, "not seen here"),
    }


def test_guests_boot_with_a_clock() -> None:
    boot = booting(Tools("qemu", Path("/boot/k")))
    assert boot.keywords == {"seconds": 120.0}  # type: ignore[attr-defined]
