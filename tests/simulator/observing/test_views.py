"""What processes see at each place, inside and from the host."""

from typing import Any

import pytest

from tests.simulator.subsystems.doing import EXIT, SLEEP, WAIT, does, fork, spawn, step
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    box,
    execute,
    install,
    mechanism,
    run,
    vm,
)

View = dict[str, Any]


def views(plan: list[Any], **more: Any) -> dict[str, list[View]]:
    found: dict[str, list[View]] = run(plan, **more).observation["views"]
    return found


def inside(asked: Any = None, plan: Any = (), **more: Any) -> View:
    return views([*ENGINE, asked or box(), *plan], **more)["box"][0]


def tree(view: View) -> list[tuple[int, int, str]]:
    return [(row["pid"], row["ppid"], row["program"]) for row in view["processes"]]


def test_every_machine_has_a_view_even_when_it_is_off() -> None:
    assert views([]) == {
        "server": [
            {
                "place": "server",
                "on": "",
                "state": "off",
                "exit_status": None,
                "pid": 0,
                "pid_outside": 0,
                "uid": 0,
                "uid_outside": 0,
                "hostname": "",
                "mounts": [],
                "interfaces": [],
                "cgroup": "",
                "shared_memory": [],
                "uptime_us": 0,
                "own": [],
                "namespaces": {},
                "processes": [],
                "zombies": 0,
            }
        ]
    }


def test_what_the_first_process_of_a_system_sees() -> None:
    done = run(BOOT)
    (view,) = done.observation["views"]["server"]
    assert {
        key: view[key] for key in view if key not in {"namespaces", "processes"}
    } == {
        "place": "server",
        "on": "server",
        "state": "on",
        "exit_status": None,
        "pid": 1,
        "pid_outside": 1,
        "uid": 0,
        "uid_outside": 0,
        "hostname": "server",
        "mounts": ["/"],
        "interfaces": ["lo", "eth0"],
        "cgroup": "/",
        "shared_memory": [],
        "uptime_us": view["uptime_us"],
        "own": [],
        "zombies": 0,
    }
    assert tree(view) == [(1, 0, "init")]
    assert 40_000_000 < view["uptime_us"] < done.metrics["duration_us"]


def test_what_the_first_process_of_a_container_sees() -> None:
    view = inside()
    assert (view["pid"], view["pid_outside"]) == (1, 3)
    assert (view["hostname"], view["interfaces"]) == ("box-1", ["lo", "eth0"])
    assert view["mounts"] == ["/", "/proc", "/dev", "/sys"]
    assert (view["cgroup"], view["own"]) == (
        "/",
        ["cgroup", "ipc", "mnt", "net", "pid", "uts"],
    )
    assert tree(view) == [(1, 0, "app")]


def test_the_host_sees_all_processes_under_other_numbers() -> None:
    seen = views([*ENGINE, box(2)])
    assert tree(seen["server"][0]) == [
        (1, 0, "init"),
        (2, 1, "docker"),
        (3, 1, "app"),
        (4, 1, "app"),
    ]
    assert [tree(view) for view in seen["box"]] == [[(1, 0, "app")]] * 2
    assert [row["place"] for row in seen["server"][0]["processes"]] == [
        "server",
        "server",
        "box-1",
        "box-2",
    ]


def test_a_process_has_one_start_however_it_is_numbered() -> None:
    done = run([*ENGINE, box()])
    seen = done.observation["views"]
    host, own = seen["server"][0]["processes"][-1], seen["box"][0]["processes"][0]
    assert host["seq"] == own["seq"]
    assert done.events[own["seq"]].action == "execve"


def test_whoever_joined_a_container_has_no_parent_there() -> None:
    view = inside(plan=[install("sh", "box"), execute("sh", "box")])
    assert tree(view) == [(1, 0, "app"), (2, 0, "sh")]


def test_children_and_zombies_are_seen() -> None:
    spec = does(fork(EXIT), spawn(), child=[fork(SLEEP)])
    view = inside(plan=[WAIT], world=spec)
    assert tree(view) == [
        (1, 0, "app"),
        (2, 1, "app"),
        (3, 1, "child"),
        (4, 3, "child"),
    ]
    assert [row["state"] for row in view["processes"]] == [
        "running",
        "zombie",
        "running",
        "running",
    ]
    assert view["zombies"] == 1


def test_what_is_gone_is_not_seen() -> None:
    spec = does(fork(EXIT), reaps=True)
    assert tree(inside(plan=[WAIT], world=spec)) == [(1, 0, "app")]


@pytest.mark.parametrize(
    ("kind", "key", "seen"),
    [
        ("pid", "pid", 4),
        ("uts", "hostname", "server"),
        ("net", "interfaces", ["lo", "eth0"]),
        ("cgroup", "cgroup", "/box-1"),
        ("ipc", "shared_memory", [7]),
    ],
)
def test_without_a_namespace_the_hosts_is_seen(
    kind: str, key: str, seen: object
) -> None:
    spec = does(child=[step("make_segment", key=7)])
    plan = [*BOOT, install("child"), execute("child"), install("docker")]
    shared = views([*plan, box(host_namespaces=[kind])], world=spec)["box"][0]
    own = views([*plan, box()], world=spec)["box"][0]
    assert shared[key] == seen
    assert kind in own["own"]
    assert kind not in shared["own"]
    host = views([*plan, box()], world=spec)["server"][0]
    assert (shared["namespaces"][kind] == host["namespaces"][kind]) is True
    assert (own["namespaces"][kind] == host["namespaces"][kind]) is False


def test_users_are_seen_by_the_numbers_of_their_namespace() -> None:
    view = inside(box(uid_map=[{"outside": 100_000}]))
    assert (view["uid"], view["uid_outside"]) == (0, 100_000)


def test_the_clock_of_a_time_namespace_is_off() -> None:
    seen = views([*ENGINE, box(), box(name="early", boottime_offset_s=3600)])
    plain, early = seen["box"][0], seen["early"][0]
    assert early["uptime_us"] - plain["uptime_us"] == 3_600_000_000
    assert plain["uptime_us"] == seen["server"][0]["uptime_us"]


def test_a_container_that_has_ended_says_how() -> None:
    view = inside(plan=[{"stop_container": {"on": "box", "grace_s": 1}}])
    assert (view["state"], view["exit_status"], view["processes"]) == (
        "exited",
        137,
        [],
    )


def test_a_container_whose_program_is_not_there_says_127() -> None:
    view = inside(box(run="sh"))
    assert (view["state"], view["exit_status"], view["pid"]) == ("exited", 127, 0)


def test_what_is_plugged_in_is_seen() -> None:
    done = run([*ENGINE, box(ports=[{"host": 8080, "container": 80}])])
    seen = done.observation["views"]
    assert seen["box"][0]["interfaces"] == ["lo", "eth0"]
    assert seen["server"][0]["interfaces"][:2] == ["lo", "eth0"]


def test_after_a_panic_nobody_sees_anything() -> None:
    seen = views([*ENGINE, box(), {"kernel_bug": {"on": "box"}}])
    assert [seen[group][0]["processes"] for group in ("server", "box")] == [[], []]
    assert seen["box"][0]["state"] == "dead"


def test_guests_have_views_of_their_own() -> None:
    seen = views([*KVM, vm(2), install("app", "guest"), execute("app", "guest")])
    assert [view["hostname"] for view in seen["guest"]] == ["guest-1", "guest-2"]
    assert tree(seen["guest"][0]) == [(1, 0, "init"), (2, 1, "app")]
    assert [row["program"] for row in seen["server"][0]["processes"]] == [
        "init",
        "kvm",
    ]


def test_with_a_kernel_of_its_own_a_container_is_not_seen_by_the_host() -> None:
    own = mechanism("container.kernel", "own")
    seen = views([*ENGINE, box()], changes=[own])
    assert (seen["box"][0]["pid"], seen["box"][0]["pid_outside"]) == (1, 2)
    assert [row["program"] for row in seen["server"][0]["processes"]] == [
        "init",
        "docker",
    ]
