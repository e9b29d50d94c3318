"""The OOM killer: the largest, as `oom_score_adj` sees it; alone or with its group."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.subsystems.hogs import (
    MIB,
    USED_MIB,
    allocate,
    group,
    sleep,
    wait,
)
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    events,
    execute,
    install,
    mechanism,
    run,
)


def program(path: str, *steps: Any, **more: Any) -> dict[str, Any]:
    return {"path": path, "format": "elf", "ram_mib": 0, "does": list(steps), **more}


def crowd(
    *, small: int = 40, adj: int = 0, changes: tuple[Any, ...] = (), swap: int = 0
) -> Run:
    """A large process, a small one, and one that asks for the last memory."""
    world = {
        "machines": {"server": {"ram_mib": USED_MIB + 200}},
        "systems": {"linux": {"swap_mib": swap}},
        "programs": {
            "large": program("/srv/large", allocate(120), oom_score_adj=adj),
            "small": program("/srv/small", allocate(small)),
            "last": program("/srv/last", sleep(500), allocate(60)),
        },
    }
    names = ("large", "small", "last")
    plan = [*BOOT, *map(install, names), *map(execute, names), wait()]
    return run(plan, world=world, changes=list(changes))


def victims(done: Run) -> list[str]:
    return [e.detail["target"] for e in events(done, "oom_kill")]


def test_the_largest_is_taken_not_the_one_that_asked() -> None:
    done = crowd()
    killed = events(done, "oom_kill")[0]
    assert victims(done) == ["/srv/large"]
    assert killed.detail["log"] == (
        f"Out of memory: Killed process 2 (large) anon-rss:{120 * MIB}kB"
    )
    asker = events(done, "execve", target="/srv/last")[0]
    assert killed.cause == asker.seq


@pytest.mark.parametrize(
    ("way", "victim"),
    [("badness", "/srv/large"), ("newest", "/srv/last"), ("asker", "/srv/last")],
)
def test_other_choices(way: str, victim: str) -> None:
    done = crowd(changes=(mechanism("kernel.oom_choice", way),))
    assert victims(done) == [victim]


@pytest.mark.parametrize(
    ("adj", "victim"),
    [
        (0, "/srv/large"),
        (-100, "/srv/large"),
        (-200, "/srv/last"),
        (-1000, "/srv/last"),
    ],
)
def test_oom_score_adj_takes_off_a_share_of_all_memory(adj: int, victim: str) -> None:
    assert victims(crowd(adj=adj, small=35))[0] == victim


def test_what_is_in_swap_counts_too() -> None:
    done = crowd(swap=10)
    assert victims(done) == ["/srv/large"]


def test_of_equals_the_one_that_came_last() -> None:
    world = {
        "machines": {"server": {"ram_mib": USED_MIB + 100}},
        "programs": {"app": {"ram_mib": 40, "text_mib": 0}},
    }
    done = run([*BOOT, install("app"), *[execute("app")] * 3], world=world)
    assert [e.detail["pid"] for e in events(done, "oom_kill")] == [3]


def family(**limits: Any) -> Run:
    world = {
        "programs": {
            "app": program("/srv/app", {"fork": {"count": 2, "steps": [allocate(40)]}})
        }
    }
    return run([*ENGINE, box(limits=limits), wait()], world=world)


def test_one_process_of_a_group_or_all_of_them() -> None:
    alone = family(memory_max_mib=64)
    assert group(alone)["memory"]["events"]["oom_kill"] == 1
    together = family(memory_max_mib=64, oom_group=True)
    assert group(together)["memory"]["events"]["oom_kill"] == 3
    assert group(together)["memory"]["events"]["oom"] == 1
    assert group(together)["pids"]["current"] == 0


def test_a_group_is_killed_up_to_the_one_whose_limit_was_reached() -> None:
    """`memory.oom.group` above the limited group is not asked."""

    def tree(outer: dict[str, Any], inner: dict[str, Any]) -> list[str]:
        world = {
            "programs": {
                "app": program("/srv/app", sleep(10), allocate(100)),
                "idle": program("/srv/idle"),
            }
        }
        plan = [
            *BOOT,
            install("app"),
            install("idle"),
            {"set_cgroup": {"on": "server", "name": "a", "limits": outer}},
            {"set_cgroup": {"on": "server", "name": "a/b", "limits": inner}},
            {"exec": {"program": "idle", "on": "server", "cgroup": "a"}},
            {"exec": {"program": "app", "on": "server", "cgroup": "a/b"}},
            wait(),
        ]
        return victims(run(plan, world=world))

    together = {"oom_group": True}
    bounded = {"memory_max_mib": 64}
    assert tree(together, bounded) == ["/srv/app"]
    assert tree({**together, **bounded}, {}) == ["/srv/app", "/srv/idle"]
    assert tree(bounded, together) == ["/srv/app"]


def test_nobody_is_left_to_kill() -> None:
    world = {
        "machines": {"server": {"ram_mib": USED_MIB + 100}},
        "programs": {"app": program("/srv/app", allocate(200), oom_score_adj=-1000)},
    }
    done = run([*BOOT, install("app"), execute("app"), wait()], world=world)
    assert victims(done) == []
    assert events(done, "touch_memory")[0].detail["errno_name"] == "ENOMEM"


def test_guests_and_processes_are_compared_by_size() -> None:
    def killed(mib: int) -> list[str]:
        world = {
            "machines": {"server": {"ram_mib": 2 * USED_MIB + 24 + mib}},
            "programs": {"app": program("/srv/app", allocate(mib))},
        }
        plan = [
            *BOOT,
            install("kvm"),
            install("app"),
            execute("app"),
            wait(),
            {
                "start_vm": {
                    "name": "guest",
                    "on": "server",
                    "system": "linux",
                    "ram_mib": 2048,
                }
            },
        ]
        return victims(run(plan, world=world))

    assert killed(300) == ["/srv/app"]
    assert killed(100) == ["guest-1"]
