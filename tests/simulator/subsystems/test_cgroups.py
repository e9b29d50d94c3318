"""Control groups: a tree whose every level counts and limits."""

from types import SimpleNamespace
from typing import Any

import pytest

from simulator.engine import Engine
from simulator.mechanisms import defaults
from simulator.subsystems.cgroups import KIB, PERIOD_US, Cgroup, Cgroups
from simulator.subsystems.cpu import Cores
from simulator.subsystems.sharing import CORE


def tree(**mechanisms: str) -> Cgroups:
    """A tree on a platform that has nothing but cores."""
    engine = Engine()
    platform: Any = SimpleNamespace(engine=engine, cores=Cores(engine, 4))
    changed = {name.replace("__", "."): what for name, what in mechanisms.items()}
    return Cgroups(platform, {**defaults(), **changed})


def nested() -> tuple[Cgroups, Cgroup, Cgroup, Cgroup]:
    groups = tree()
    inner = groups.make("services/web")
    return groups, groups.make("services"), inner, groups.make("other")


def process() -> Any:
    return SimpleNamespace()


def test_a_path_makes_the_groups_above_it() -> None:
    groups, outer, inner, other = nested()
    assert list(groups.groups) == ["services", "services/web", "other"]
    assert (inner.parent, outer.parent, other.parent) == (outer, None, None)
    assert [group.name for group in inner.chain] == ["services/web", "services"]
    assert (inner.cpu.parent, outer.cpu.name) == (outer.cpu, "services")
    assert groups.make("services/web") is inner


def test_a_group_holds_itself_and_what_is_below() -> None:
    _, outer, inner, other = nested()
    assert [outer.holds(group) for group in (outer, inner, other, None)] == [
        True,
        True,
        False,
        False,
    ]
    assert inner.holds(outer) is False


def test_memory_counts_at_every_level_and_the_peak_stays() -> None:
    _, outer, inner, other = nested()
    inner.charge(100)
    outer.charge(50)
    inner.charge(-30)
    inner.charge_swap(7)
    assert [g.memory_current for g in (inner, outer, other)] == [70, 120, 0]
    assert [g.memory_peak for g in (inner, outer, other)] == [100, 150, 0]
    assert [g.swap_current for g in (inner, outer, other)] == [7, 7, 0]
    inner.count("oom")
    assert [g.events["oom"] for g in (inner, outer, other)] == [1, 1, 0]


def test_limits_that_are_not_given_stay() -> None:
    group = tree().make("g")
    group.limit({"memory_max_mib": 64, "memory_high_mib": 32, "pids_max": 5})
    group.limit({"memory_max_mib": 128, "swap_max_mib": 0, "oom_group": True})
    group.limit({"memory_max_mib": None})
    assert (group.memory_max, group.memory_high, group.swap_max) == (
        128 * KIB,
        32 * KIB,
        0,
    )
    assert (group.pids_max, group.oom_group, group.cpu.weight) == (5, True, 100)
    assert group.cpu.quota is None


def test_weight_and_quota_go_to_the_scheduler() -> None:
    group = tree().make("g")
    group.limit({"cpu_weight": 300, "cpu_quota_us": 50_000})
    assert (group.cpu.weight, group.cpu.quota, group.cpu.period_us) == (
        300,
        50_000 * CORE,
        PERIOD_US,
    )
    group.limit({"cpu_quota_us": 1_000, "cpu_period_us": 10_000})
    assert (group.cpu.quota, group.cpu.period_us) == (1_000 * CORE, 10_000)
    assert group.cpu_group is group.cpu


def test_without_the_controller_threads_stand_in_no_group() -> None:
    group = tree(cgroup__cpu="off").make("g")
    group.limit({"cpu_weight": 300})
    assert group.cpu_group is None


def test_processes_count_at_every_level() -> None:
    _, outer, inner, _ = nested()
    outer.limit({"pids_max": 2})
    first, second = process(), process()
    assert inner.may_fork() is True
    inner.enter(first)
    outer.enter(second)
    assert (inner.pids_current, outer.pids_current) == (1, 2)
    assert (inner.may_fork(), outer.may_fork()) == (False, False)
    assert (inner.pids_refused, outer.pids_refused) == (1, 1)
    inner.leave(first)
    assert (inner.members, inner.pids_current, outer.pids_current) == ([], 0, 1)
    assert inner.may_fork() is True


def test_without_the_controller_nothing_bounds_the_processes() -> None:
    group = tree(cgroup__pids="off").make("g")
    group.limit({"pids_max": 1})
    group.enter(process())
    assert (group.may_fork(), group.pids_refused) == (True, 0)


@pytest.mark.parametrize(
    ("most", "high", "hard", "kills", "over"),
    [
        ("kill", "throttle", 100, True, 20),
        ("refuse", "throttle", 100, False, 20),
        ("off", "throttle", None, True, 20),
        ("kill", "kill", 60, True, 0),
        ("off", "kill", 60, True, 0),
        ("kill", "off", 100, True, 0),
    ],
)
def test_what_the_limits_of_memory_mean(
    most: str, high: str, hard: int | None, kills: bool, over: int
) -> None:
    group = tree(cgroup__memory_max=most, cgroup__memory_high=high).make("g")
    group.memory_max, group.memory_high = 100, 60
    group.charge(80)
    assert (group.hard_limit, group.kills, group.over_high) == (hard, kills, over)


def test_without_limits_there_is_none() -> None:
    group = tree().make("g")
    group.charge(80)
    assert (group.hard_limit, group.over_high) == (None, 0)


def test_freezing_holds_all_that_is_below() -> None:
    _, outer, inner, other = nested()
    assert (outer.freeze(), outer.freeze()) == (True, False)
    assert [g.is_frozen for g in (outer, inner, other)] == [True, True, False]
    assert (outer.cpu.frozen, inner.cpu.frozen) == (True, False)
    gate = outer.thawed
    assert (outer.thaw(), outer.thaw()) == (True, False)
    assert (gate.is_open, inner.is_frozen, outer.cpu.frozen) == (True, False, False)
    outer.freeze()
    assert outer.thawed is not gate
