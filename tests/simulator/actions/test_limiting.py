"""Limits of cgroups, and holding what is in them."""

from collections.abc import Sequence

import pytest

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    Step,
    box,
    events,
    execute,
    failures,
    install,
    mechanism,
    merged,
    run,
    vm,
)

MIB = 1024
WORKER = {
    "programs": {
        "app": {"does": [{"compute": {"ms": 50}}, {"sleep": {"ms": 50}}, {"exit": {}}]}
    }
}


def limit(on: str = "box", **limits: object) -> Step:
    return {"set_cgroup": {"on": on, "limits": limits}}


def wait(seconds: int = 1) -> Step:
    return {"wait": {"seconds": seconds}}


def group(done: Run, name: str, kernel: str = "linux-1") -> dict[str, object]:
    found: dict[str, object] = done.observation["cgroups"][kernel][name]
    return found


def test_a_container_is_in_a_cgroup_of_its_own() -> None:
    done = run([*ENGINE, box(2, limits={"memory_max_mib": 200, "cpu_weight": 50})])
    assert list(done.observation["cgroups"]["linux-1"]) == ["box-1", "box-2"]
    assert group(done, "box-2") == {
        "cpu": {
            "weight": 50,
            "usage_us": 750,
            "nr_periods": 0,
            "nr_throttled": 0,
            "throttled_us": 0,
        },
        "memory": {
            "current_kib": 100 * MIB,
            "peak_kib": 100 * MIB,
            "high_kib": None,
            "max_kib": 200 * MIB,
            "swap_kib": 0,
            "events": {"high": 0, "max": 0, "oom": 0, "oom_kill": 0},
        },
        "pids": {"current": 1, "refused": 0},
        "frozen": False,
    }
    assert group(done, "box-1")["memory"] == {
        "current_kib": 110 * MIB,
        "peak_kib": 110 * MIB,
        "high_kib": None,
        "max_kib": 200 * MIB,
        "swap_kib": 0,
        "events": {"high": 0, "max": 0, "oom": 0, "oom_kill": 0},
    }


def test_without_limits_a_container_has_no_cgroup() -> None:
    off = [mechanism("container.limits", "off")]
    done = run([*ENGINE, box(), limit(pids_max=5)], changes=off)
    assert done.observation["cgroups"] == {}
    assert failures(done) == [("box-1", "set_cgroup", "box-1 has no cgroup of its own")]


def test_a_limit_of_a_container_is_changed() -> None:
    done = run([*ENGINE, box(2), limit(cpu_weight=300)])
    assert [
        (e.detail["target"], e.detail["cpu_weight"])
        for e in events(done, "set_cgroup", actor="linux-1")
    ] == [("box-1", 300), ("box-2", 300)]
    assert group(done, "box-2")["cpu"]["weight"] == 300  # type: ignore[index]


def test_a_program_of_a_machine_in_a_cgroup() -> None:
    made = {"set_cgroup": {"on": "server", "name": "jobs/a", "limits": {"pids_max": 9}}}
    ran = {"exec": {"program": "app", "on": "server", "cgroup": "jobs/a"}}
    done = run([*BOOT, install("app"), made, ran])
    assert group(done, "jobs/a")["pids"] == {"current": 1, "refused": 0}
    assert group(done, "jobs")["memory"]["current_kib"] == 110 * MIB  # type: ignore[index]


def test_nothing_runs_there() -> None:
    plan = [limit("server", pids_max=5), {"freeze": {"on": "server"}}]
    done = run([*plan, {"thaw": {"on": "server"}}])
    said = "no operating system is running here that could do it"
    assert failures(done) == [
        ("server", action, said) for action in ("set_cgroup", "freeze", "thaw")
    ]


def test_a_frozen_container_stands_still_and_goes_on() -> None:
    held = [{"freeze": {"on": "box"}}, {"freeze": {"on": "box"}}, wait(10)]
    gone_on = [{"thaw": {"on": "box"}}, {"thaw": {"on": "box"}}, wait()]
    done = run([*ENGINE, box(), *held, *gone_on], world=WORKER)
    assert [e.detail["changed"] for e in events(done, "freeze", actor="linux-1")] == [
        True,
        False,
    ]
    thawed = events(done, "thaw", actor="linux-1")
    assert [e.detail["changed"] for e in thawed] == [True, False]
    ended = events(done, "exit", target="/srv/app")[0]
    assert ended.time - thawed[0].time == 50_000 + 50_000
    assert group(done, "box-1")["frozen"] is False


def test_a_process_that_sleeps_wakes_up_only_after_the_thaw() -> None:
    sleeper = {"programs": {"app": {"does": [{"sleep": {"ms": 100}}, {"exit": {}}]}}}
    plan = [*ENGINE, box(), {"freeze": {"on": "box"}}, wait(10)]
    frozen = run(plan, world=sleeper)
    assert events(frozen, "exit", target="/srv/app") == []
    assert group(frozen, "box-1")["frozen"] is True
    done = run([*plan, {"thaw": {"on": "box"}}, wait()], world=sleeper)
    thawed = events(done, "thaw", actor="linux-1")[0]
    assert events(done, "exit", target="/srv/app")[0].time == thawed.time


def test_a_guest_has_cgroups_of_its_own() -> None:
    made = {"set_cgroup": {"on": "guest", "name": "a", "limits": {"pids_max": 9}}}
    done = run([*BOOT, install("kvm"), vm(2), made])
    assert sorted(done.observation["cgroups"]) == ["linux-2", "linux-3"]


def test_a_program_of_a_machine_outside_any_group_is_not_seen_in_one() -> None:
    done = run([*BOOT, install("app"), execute("app")])
    assert done.observation["cgroups"] == {}


def signal(name: str) -> Step:
    return {"signal": {"signal": name, "on": "box"}}


def ends(*plan: Step, changes: Sequence[Step] = ()) -> list[int]:
    """Exit statuses of a container's worker after some actions and a minute."""
    steps = [*ENGINE, box(), *plan, wait(60)]
    done = run(steps, world=WORKER, changes=list(changes))
    return [e.detail["exit_status"] for e in events(done, "exit", target="/srv/app")]


@pytest.mark.parametrize(
    ("name", "statuses"),
    [("SIGCONT", []), ("SIGTERM", []), ("SIGSTOP", []), ("SIGKILL", [137])],
)
def test_only_sigkill_reaches_what_is_frozen(name: str, statuses: list[int]) -> None:
    assert ends({"freeze": {"on": "box"}}, signal(name)) == statuses


def test_a_signal_sent_meanwhile_arrives_at_the_thaw() -> None:
    stops = merged(WORKER, {"programs": {"app": {"signals": {"SIGTERM": "exit"}}}})
    plan = [{"freeze": {"on": "box"}}, signal("SIGTERM"), wait(5)]
    done = run([*ENGINE, box(), *plan, {"thaw": {"on": "box"}}, wait()], world=stops)
    thawed = events(done, "thaw", actor="linux-1")[0]
    delivered = events(done, "signal", disposition="exit")[0]
    assert (delivered.cause, delivered.time) == (thawed.seq, thawed.time)
    assert events(done, "exit", target="/srv/app")[0].cause == delivered.seq


def test_freezing_by_signals_can_be_undone_by_a_signal() -> None:
    by_signals = [mechanism("cgroup.freeze", "stop")]
    frozen = {"freeze": {"on": "box"}}
    assert ends(frozen, changes=by_signals) == []
    assert ends(frozen, signal("SIGCONT"), changes=by_signals) == [0]
    assert ends(frozen, {"thaw": {"on": "box"}}, changes=by_signals) == [0]


def test_a_process_stopped_by_itself_stays_so_after_the_thaw() -> None:
    assert ends(signal("SIGSTOP"), {"freeze": {"on": "box"}}, wait(1)) == []
    plan = [signal("SIGSTOP"), {"freeze": {"on": "box"}}, {"thaw": {"on": "box"}}]
    assert ends(*plan) == []
    assert ends(*plan, signal("SIGCONT")) == [0]


def test_what_goes_on_inside_a_frozen_group_is_held_all_the_same() -> None:
    plan = [signal("SIGSTOP"), {"freeze": {"on": "box"}}, signal("SIGCONT")]
    assert ends(*plan) == []
    assert ends(*plan, {"thaw": {"on": "box"}}) == [0]


KEEPER = {
    "systems": {"linux": {"swap_mib": 100}},
    "programs": {
        "app": {
            "ram_mib": 0,
            "text_mib": 0,
            "does": [
                {"read_file": {"mib": 50, "path": "/data"}},
                {"allocate": {"mib": 60}},
            ],
        }
    },
}


@pytest.mark.parametrize(
    ("mib", "current", "swap", "statuses"),
    [
        (200, 110, 0, []),
        (80, 80, 0, []),
        (60, 60, 0, []),
        (40, 40, 20, []),
    ],
)
def test_a_limit_below_what_is_used_takes_it_back_at_once(
    mib: int, current: int, swap: int, statuses: list[int]
) -> None:
    plan = [*ENGINE, box(), wait(5), limit(memory_max_mib=mib)]
    done = run(plan, world=KEEPER)
    memory = group(done, "box-1")["memory"]
    assert (memory["current_kib"], memory["swap_kib"]) == (  # type: ignore[index]
        current * MIB,
        swap * MIB,
    )
    ended = events(done, "exit", target="/srv/app")
    assert [e.detail["exit_status"] for e in ended] == statuses


def test_a_limit_below_what_can_be_taken_back_kills_and_says_why() -> None:
    plan = [*ENGINE, box(), wait(5), limit(memory_max_mib=40, swap_max_mib=0)]
    done = run(plan, world=KEEPER)
    killed = events(done, "oom_kill")[0]
    assert killed.cause == events(done, "set_cgroup", actor="linux-1")[0].seq
    assert events(done, "exit", target="/srv/app")[0].detail["exit_status"] == 137
    assert group(done, "box-1")["memory"]["current_kib"] == 0  # type: ignore[index]


def test_a_limit_that_nothing_can_be_done_about_stays_exceeded() -> None:
    spared = merged(KEEPER, {"programs": {"app": {"oom_score_adj": -1000}}})
    plan = [*ENGINE, box(), wait(5), limit(memory_max_mib=40, swap_max_mib=0)]
    done = run(plan, world=spared)
    assert events(done, "oom_kill") == []
    assert group(done, "box-1")["memory"]["current_kib"] == 60 * MIB  # type: ignore[index]


def test_a_high_limit_takes_nothing_back_by_itself() -> None:
    plan = [*ENGINE, box(), wait(5), limit(memory_high_mib=40)]
    done = run(plan, world=KEEPER)
    assert group(done, "box-1")["memory"]["current_kib"] == 110 * MIB  # type: ignore[index]


def test_a_full_kernel_starts_nothing_more() -> None:
    """All numbers of a kernel are taken: fork, exec and a new container fail."""
    world = {
        "systems": {"linux": {"pid_max": 100}},
        "programs": {
            "app": {
                "ram_mib": 0,
                "text_mib": 0,
                "does": [
                    {"fork": {"count": 200, "steps": [{"sleep": {"ms": 90_000}}]}}
                ],
            }
        },
    }
    plan = [*ENGINE, box(), wait(1), install("sh"), execute("sh"), wait(120)]
    done = run([*plan, execute("sh")], world=world)
    refused = events(done, "fork", outcome="failed")
    assert {e.detail["errno_name"] for e in refused} == {"EAGAIN"}
    assert [e.detail["target"] for e in refused][-1] == "/bin/sh"
    assert "kernel_log" not in refused[0].detail
    assert done.observation["programs"]["sh"]["errno_name"] == "EAGAIN"
    numbers = 1 + 1 + 1 + sum(e.outcome == "ok" for e in events(done, "fork"))
    assert numbers == 100


def test_a_full_cgroup_says_so_in_the_kernels_log() -> None:
    forks = {"programs": {"app": {"does": [{"fork": {"count": 3}}]}}}
    done = run(
        [*ENGINE, box(limits={"pids_max": 2}), execute("app", "box")], world=forks
    )
    refused = events(done, "fork", outcome="failed")
    assert refused[0].detail["kernel_log"] == (
        "fork rejected by pids controller in /box-1"
    )
    assert refused[-1].detail["target"] == "/srv/app"
    assert done.observation["programs"]["app"]["errno_name"] == "EAGAIN"
