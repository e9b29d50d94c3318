"""Groups of either version: found, limited, counted, removed."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from simulator.live import cgroups
from simulator.live.capabilities import report
from simulator.live.cgroups import Group, Place, make_group, places, remove_leftovers
from simulator.live.sandbox import carry_out
from tests.simulator.live.plans import contain, program, wait

V1 = (
    "30 29 0:26 / {0}/memory rw - cgroup cgroup rw,memory\n"
    "31 29 0:27 / {0}/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 29 0:28 / {0}/unified rw - cgroup2 cgroup2 rw\n"
    "33 29 0:29 / /proc rw - proc proc rw\n"
)
V2 = "30 29 0:26 / {0}/unified rw - cgroup2 cgroup2 rw\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose control groups are plain folders."""
    for folder in ("memory/own", "cpu", "unified/own"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "unified/own/cgroup.controllers").write_text("memory pids io\n")
    (tmp_path / "mounts").write_text(V1.format(tmp_path))
    (tmp_path / "own").write_text("4:memory:/own\n3:cpu,cpuacct:/\n0::/own\n")
    monkeypatch.setattr(cgroups, "_MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "own")
    return tmp_path


def test_a_controller_of_version_1_comes_before_one_of_version_2(machine: Path) -> None:
    assert cgroups._candidates() == {
        "memory": Place("memory", 1, machine / "memory/own"),
        "cpu": Place("cpu", 1, machine / "cpu"),
        "pids": Place("pids", 2, machine / "unified/own"),
    }


def test_version_2_alone(machine: Path) -> None:
    (machine / "mounts").write_text(V2.format(machine))
    assert {name: place.version for name, place in cgroups._candidates().items()} == {
        "memory": 2,
        "pids": 2,
    }
    (machine / "unified/own/cgroup.controllers").unlink()
    assert cgroups._candidates() == {}


def test_a_place_must_take_a_limit_and_give_it_back(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place("pids", 2, machine / "unified/own")
    assert cgroups._is_usable(place) is True
    assert (place.folder / "cgroup.subtree_control").read_text() == "+pids"
    missing = Place("pids", 1, machine / "nowhere")
    assert cgroups._is_usable(missing) is False


@pytest.mark.parametrize(
    ("version", "written"),
    [
        (
            1,
            {
                "memory.limit_in_bytes": "3145728",
                "memory.memsw.limit_in_bytes": "3145728",
                "pids.max": "3",
                "cpu.cfs_period_us": "100000",
                "cpu.cfs_quota_us": "20000",
            },
        ),
        (
            2,
            {
                "memory.max": "3145728",
                "memory.swap.max": "0",
                "pids.max": "3",
                "cpu.max": "20000 100000",
            },
        ),
    ],
)
def test_limits_in_the_files_of_each_version(
    version: int, written: dict[str, str], tmp_path: Path
) -> None:
    group = Group(dict.fromkeys(("memory", "pids", "cpu"), (version, tmp_path)))
    limits = {"memory_max_mib": 3, "pids_max": 3, "cpu_quota_us": 20_000}
    group.set_limits(limits)
    swap = {"memory.memsw.limit_in_bytes", "memory.swap.max"} & set(written)
    assert not any((tmp_path / name).exists() for name in swap)
    for name in swap:
        (tmp_path / name).write_text("")
    group.set_limits(limits)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == written


def test_a_whole_group_is_killed_in_version_2(tmp_path: Path) -> None:
    Group({"memory": (2, tmp_path)}).set_limits({"oom_group": 1})
    assert (tmp_path / "memory.oom.group").read_text() == "1"


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_counted_in_the_files_of_each_version(
    version: int, tmp_path: Path
) -> None:
    memory = tmp_path / ("memory.oom_control" if version == 1 else "memory.events")
    memory.write_text("oom_kill_disable 0\noom_kill 2\n")
    (tmp_path / "pids.events").write_text("max 7\n")
    group = Group(dict.fromkeys(("memory", "pids", "cpu"), (version, tmp_path)))
    assert group.counters() == {
        "memory.events.oom_kill": (memory, "oom_kill"),
        "pids.refused": (tmp_path / "pids.events", "max"),
    }
    assert Group({}).counters() == {}


def test_a_group_has_a_folder_in_each_place_and_is_removed(tmp_path: Path) -> None:
    where = {"pids": Place("pids", 1, tmp_path), "memory": Place("memory", 1, tmp_path)}
    group = make_group(where, "a")
    folder = tmp_path / f"trapframe-{os.getpid()}-a"
    assert group.folders == {"pids": (1, folder), "memory": (1, folder)}
    (folder / "cgroup.procs").write_text("")
    (descriptor,) = group.entrances()
    os.close(descriptor)
    (folder / "cgroup.procs").unlink()
    group.remove()
    assert list(tmp_path.iterdir()) == []


def test_whoever_is_left_in_a_group_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "group"
    folder.mkdir()
    left = subprocess.Popen(["sleep", "60"])
    (folder / "cgroup.procs").write_text(f"{left.pid}\n")
    monkeypatch.setattr(time, "sleep", lambda _: (folder / "cgroup.procs").unlink())
    cgroups.remove_folder(folder)
    assert left.wait() == -9
    assert not folder.exists()


def test_a_folder_that_cannot_be_removed_is_left_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    cgroups.remove_folder(tmp_path)
    assert (tmp_path.exists(), len(waits)) == (True, 200)


def test_leftovers_of_the_dead_are_removed(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    for name in (f"trapframe-{dead.pid}-a", f"trapframe-{os.getpid()}-b", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "trapframe-x").mkdir()
    assert remove_leftovers({"pids": Place("pids", 1, tmp_path)}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["other", f"trapframe-{os.getpid()}-b", "trapframe-x"]
    )


def test_a_fork_over_the_limit_fails_for_real() -> None:
    place = places().get("pids")
    if place is None:
        assert "no writable cgroup" in report().of("pids").reason
        return
    group = make_group({"pids": place}, "limit")
    group.set_limits({"pids_max": 3})
    entrances = group.entrances()
    fork = ("fork", {"count": 5, "steps": []})
    plan = [
        program(0, "/images/0/p1", fork),
        contain(1, "box", "/p1", cgroups=entrances),
        wait(2, 0.1),
    ]
    try:
        told = carry_out(plan, descriptors=entrances)
        refused = [fact["second"] for fact in told.facts if fact.get("what") == 2]
        assert refused == [11, 11, 11]
        assert (group.folders["pids"][1] / "pids.events").read_text() == "max 3\n"
    finally:
        for descriptor in entrances:
            os.close(descriptor)
        group.remove()
    assert not any(folder.exists() for _, folder in group.folders.values())
