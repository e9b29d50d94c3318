"""Each way of each limit: what one small world shows when only that is changed."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.subsystems.hogs import (
    MIB,
    USED_MIB,
    allocate,
    boxed,
    does,
    group,
    read_file,
    sleep,
    touch,
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


def statuses(done: Run) -> list[int]:
    return [e.detail["exit_status"] for e in events(done, "exit", target="/srv/app")]


@pytest.mark.parametrize(
    ("way", "ended", "peak_mib"),
    [("kill", [137], 64), ("refuse", [1], 64), ("off", [], 100)],
)
def test_memory_max(way: str, ended: list[int], peak_mib: int) -> None:
    changes = [mechanism("cgroup.memory_max", way)]
    done = boxed(allocate(100), limits={"memory_max_mib": 64}, changes=changes)
    assert statuses(done) == ended
    assert group(done)["memory"]["peak_kib"] == peak_mib * MIB


@pytest.mark.parametrize(
    ("way", "ended", "slept"),
    [("throttle", [], True), ("kill", [137], False), ("off", [], False)],
)
def test_memory_high(way: str, ended: list[int], slept: bool) -> None:
    changes = [mechanism("cgroup.memory_high", way)]
    done = boxed(allocate(80), limits={"memory_high_mib": 64}, changes=changes)
    assert statuses(done) == ended
    assert (len(events(done, "memory_high")) == 1) == slept
    touched = [e.time for e in events(done, "touch_memory")]
    if not ended:
        quick = touched[0] - events(done, "execve", target="/srv/app")[0].time < 100_000
        assert quick != slept


@pytest.mark.parametrize(("way", "charged_mib"), [("first", 40), ("root", 0)])
def test_page_cache(way: str, charged_mib: int) -> None:
    changes = [mechanism("cgroup.page_cache", way)]
    done = boxed(read_file(40), limits={}, changes=changes)
    assert group(done)["memory"]["current_kib"] == charged_mib * MIB
    charged = done.observation["machines"]["server"]["charges"]
    assert charged["page cache"] == 40 * MIB


@pytest.mark.parametrize(("way", "forked"), [("on", 2), ("off", 5)])
def test_pids(way: str, forked: int) -> None:
    forks = {"fork": {"count": 5, "steps": [sleep(1000)]}}
    changes = [mechanism("cgroup.pids", way)]
    done = boxed(forks, limits={"pids_max": 3}, changes=changes)
    assert len(events(done, "fork", outcome="ok")) == forked
    assert group(done)["pids"]["refused"] == 5 - forked


@pytest.mark.parametrize(("way", "throttled"), [("on", 10), ("off", 0)])
def test_cpu_controller(way: str, throttled: int) -> None:
    changes = [mechanism("cgroup.cpu", way)]
    limits = {"cpu_quota_us": 50_000}
    done = boxed({"compute": {"ms": 500}}, limits=limits, changes=changes)
    assert group(done)["cpu"]["nr_throttled"] == throttled


@pytest.mark.parametrize(
    ("way", "order"),
    [
        ("fair", ["/srv/other", "/srv/app"]),
        ("equal", ["/srv/app", "/srv/other"]),
        ("fifo", ["/srv/app", "/srv/other"]),
    ],
)
def test_scheduler(way: str, order: list[str]) -> None:
    """The one that comes later has the greater weight, on one core for both."""
    steps = [{"compute": {"ms": 300}}, {"exit": {}}]
    work: dict[str, Any] = {"ram_mib": 0, "does": steps}
    world = {
        "machines": {"server": {"cores": 1}},
        "programs": {
            "app": work,
            "other": {"path": "/srv/other", "format": "elf", **work},
        },
    }
    plan = [*BOOT, install("app"), install("other")]
    for name, weight in (("app", 100), ("other", 900)):
        limits = {"cpu_weight": weight}
        plan += [
            {"set_cgroup": {"on": "server", "name": name, "limits": limits}},
            {"exec": {"program": name, "on": "server", "cgroup": name}},
        ]
    done = run(plan, world=world, changes=[mechanism("cpu.scheduler", way)])
    assert [e.detail["target"] for e in events(done, "exit")] == order


@pytest.mark.parametrize(
    ("way", "ended", "swapped"), [("on", [], 50), ("off", [137], 0)]
)
def test_swap(way: str, ended: list[int], swapped: int) -> None:
    world = does(allocate(150), touch(10))
    world["machines"] = {"server": {"ram_mib": USED_MIB + 100}}
    world["systems"] = {"linux": {"swap_mib": 200}}
    plan = [*BOOT, install("app"), execute("app"), wait()]
    done = run(plan, world=world, changes=[mechanism("kernel.swap", way)])
    assert statuses(done) == ended
    assert done.metrics["swapped_kib"] == swapped * MIB


@pytest.mark.parametrize(
    ("way", "refused", "killed"),
    [("heuristic", 0, 1), ("never", 1, 0), ("always", 0, 1)],
)
def test_overcommit(way: str, refused: int, killed: int) -> None:
    world = does(allocate(200))
    world["machines"] = {"server": {"ram_mib": USED_MIB + 100}}
    plan = [*BOOT, install("app"), execute("app"), wait()]
    done = run(plan, world=world, changes=[mechanism("kernel.overcommit", way)])
    assert len(events(done, "mmap", errno_name="ENOMEM")) == refused
    assert len(events(done, "oom_kill")) == killed


@pytest.mark.parametrize(
    ("way", "frozen", "goes_on"), [("hold", True, False), ("stop", False, True)]
)
def test_freeze(way: str, frozen: bool, goes_on: bool) -> None:
    world = does({"compute": {"ms": 100}}, {"exit": {}})
    plan = [
        *ENGINE,
        box(),
        {"freeze": {"on": "box"}},
        {"signal": {"signal": "SIGCONT", "on": "box"}},
        wait(),
    ]
    done = run(plan, world=world, changes=[mechanism("cgroup.freeze", way)])
    assert group(done)["frozen"] is frozen
    assert (statuses(done) == [0]) is goes_on


@pytest.mark.parametrize(("way", "groups"), [("on", ["box-1"]), ("off", [])])
def test_container_limits(way: str, groups: list[str]) -> None:
    changes = [mechanism("container.limits", way)]
    plan = [*ENGINE, box(limits={"memory_max_mib": 64}), wait()]
    done = run(plan, world=does(allocate(100)), changes=changes)
    assert list(done.observation["cgroups"].get("linux-1", {})) == groups
    assert (statuses(done) == [137]) is bool(groups)
