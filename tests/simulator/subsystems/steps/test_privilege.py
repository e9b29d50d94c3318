"""Rights over the kernel, its disks, and the engine that starts containers."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    events,
    execute,
    failures,
    install,
    mechanism,
    merged,
)
from tests.simulator.worlds import run as run_plan

SOCKET = "/var/run/docker.sock"
BIND = [{"source": SOCKET, "path": SOCKET}]
HOST = [{"source": "/", "path": "/host"}]


def does(path: str, *steps: Any) -> dict[str, Any]:
    return {"path": path, "format": "elf", "does": [*steps, {"exit": {}}]}


PROGRAMS: dict[str, Any] = {
    "secret": does(
        "/bin/secret",
        {"write_file": {"path": "/etc/shadow", "content": "hash", "private": True}},
    ),
    "look": does("/bin/look", {"cat": {"path": "/host/etc/shadow"}}),
    "mounter": does(
        "/bin/mounter",
        {"mount_disk": {"path": "/host"}},
        {"cat": {"path": "/host/etc/shadow"}},
    ),
    "loader": does("/bin/loader", {"load_module": {"name": "driver"}}),
    "breaker": does(
        "/bin/breaker", {"load_module": {"name": "driver", "crashes": True}}
    ),
    "asker": does("/bin/asker", {"ask_engine": {"program": "look", "binds": HOST}}),
    "wisher": does(
        "/bin/wisher", {"ask_engine": {"program": "loader", "privileged": True}}
    ),
}
WORLD: dict[str, Any] = {
    "programs": PROGRAMS,
    "images": {"app_image": {"programs": ["app", *PROGRAMS]}},
}
SETUP = [*ENGINE, install("secret"), execute("secret")]


def run(plan: Any, world: Any = None, **more: Any) -> Run:
    return run_plan([*SETUP, *plan], world=merged(WORLD, world or {}), **more)


def content(done: Run) -> list[str]:
    return [
        e.detail.get("content") or e.detail["errno_name"] for e in events(done, "cat")
    ]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, "EPERM"),
        ({"cap_add": ["SYS_MODULE"]}, ""),
        ({"cap_add": ["SYS_ADMIN"]}, "EPERM"),
        ({"privileged": True}, ""),
        ({"privileged": True, "uid_map": [{"outside": 100_000}]}, "EPERM"),
        ({"privileged": True, "user": "1000"}, "EPERM"),
    ],
)
def test_who_may_load_a_module(more: Any, error: str) -> None:
    done = run([box(**more), execute("loader", "box")])
    assert [e.detail.get("errno_name", "") for e in events(done, "load_module")] == [
        error
    ]


def test_a_module_is_code_of_the_kernel() -> None:
    done = run([box(3, privileged=True), execute("breaker", "box")])
    panic = events(done, "panic")[0]
    assert panic.detail["log"] == (
        "Kernel panic - not syncing: Fatal exception in driver"
    )
    assert panic.cause == events(done, "load_module")[0].seq
    assert done.observation["programs"]["app"]["running"] == 0


@pytest.mark.parametrize("runtime", ["runsc", "kata"])
def test_with_a_kernel_of_its_own_it_is_its_own(runtime: str) -> None:
    plan = [box(privileged=True, runtime=runtime), box(name="other")]
    done = run([*plan, execute("breaker", "box")])
    assert done.observation["programs"]["app"]["running"] == 1


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        ({}, ["ENOENT"]),
        ({"cap_add": ["SYS_ADMIN"]}, ["ENOENT"]),
        ({"privileged": True}, ["hash"]),
        ({"privileged": True, "runtime": "kata"}, ["ENOENT"]),
        ({"privileged": True, "runtime": "runsc"}, ["ENOENT"]),
    ],
)
def test_who_may_mount_the_hosts_disk(more: Any, seen: list[str]) -> None:
    done = run([box(**more), execute("mounter", "box")])
    assert content(done) == seen


def test_a_refused_mount_says_so() -> None:
    done = run([box(), execute("mounter", "box")])
    assert events(done, "mount_disk")[0].detail["log"] == (
        "mount: /host: permission denied"
    )
    assert failures(done)[0] == ("linux-1", "mount_disk", "EPERM")


def test_privileges_may_be_ignored() -> None:
    done = run(
        [box(privileged=True), execute("mounter", "box")],
        changes=[mechanism("container.privileged", "ignored")],
    )
    assert content(done) == ["ENOENT"]


def test_capabilities_can_be_taken_away() -> None:
    files = {"images": {"app_image": {"files": [{"path": "/etc/x"}]}}}
    kept = run([box(binds=HOST), execute("look", "box")], files)
    dropped = run([box(binds=HOST, cap_drop=["DAC_OVERRIDE"], user="0")], files)
    assert content(kept) == ["hash"]
    assert failures(dropped) == []


def test_a_private_file_of_the_host_is_not_everybodys() -> None:
    done = run([box(binds=HOST, user="1000"), execute("look", "box")])
    assert content(done) == ["EACCES"]
    assert events(done, "cat")[0].detail["log"] == (
        "/host/etc/shadow: Permission denied"
    )


def test_the_socket_inside_gives_what_root_on_the_host_has() -> None:
    done = run([box(binds=BIND), execute("asker", "box")])
    assert content(done) == ["hash"]
    assert len(events(done, "image_present")) == 2
    chain = events(done, "ask_engine", outcome="ok")[0]
    assert events(done, "image_present")[1].cause == chain.seq


def test_without_the_socket_there_is_nobody_to_ask() -> None:
    done = run([box(), execute("asker", "box")])
    assert failures(done)[0] == ("linux-1", "ask_engine", "ENOENT")
    assert events(done, "ask_engine", outcome="failed")[0].detail["log"] == (
        f"Cannot connect to the Docker daemon at unix://{SOCKET}."
        " Is the docker daemon running?"
    )


def test_the_socket_in_a_sandbox_leads_to_no_engine() -> None:
    done = run([box(binds=BIND, runtime="runsc"), execute("asker", "box")])
    assert failures(done)[0] == ("linux-2", "ask_engine", "ECONNREFUSED")


def test_a_privileged_container_by_the_socket() -> None:
    done = run([box(binds=BIND), execute("wisher", "box")])
    assert [e.outcome for e in events(done, "load_module")] == ["ok"]


@pytest.mark.parametrize(
    ("user", "groups", "seen"),
    [
        ("", [], ["hash"]),
        ("1000", [], []),
        ("1000", ["docker"], ["hash"]),
        ("1000", ["games"], []),
    ],
)
def test_users_of_the_host_and_the_engines_group(
    user: str, groups: list[str], seen: list[str]
) -> None:
    who = {"user": user, "groups": groups} if user else {}
    ask = {"exec": {"program": "asker", "on": "server", **who}}
    done = run([box(), install("asker"), ask])
    assert content(done) == seen
    refused = events(done, "ask_engine", outcome="failed")
    assert [e.detail["errno_name"] for e in refused] == ([] if seen else ["EACCES"])


def test_a_rootless_engine_gives_what_its_user_has() -> None:
    rootless = [mechanism("engine.rights", "rootless")]
    done = run([box(binds=BIND), execute("asker", "box")], changes=rootless)
    assert content(done) == []
    ask = {"exec": {"program": "asker", "on": "server"}}
    asked = run([box(), install("asker"), ask], changes=rootless)
    assert content(asked) == ["EACCES"]
    mapped = run(
        [box(uid_map=[{"outside": 200_000}]), install("asker"), ask], changes=rootless
    )
    assert content(mapped) == ["EACCES"]


def test_an_engine_without_any_image_starts_nothing() -> None:
    ask = {"exec": {"program": "asker", "on": "server"}}
    done = run([install("asker"), ask])
    assert events(done, "image_present") == []
    assert [e.outcome for e in events(done, "ask_engine")[:1]] == ["ok"]


def test_a_host_without_an_engine() -> None:
    ask = {"exec": {"program": "asker", "on": "server"}}
    done = run_plan([*BOOT, install("asker"), ask], world=WORLD)
    assert failures(done)[0] == ("linux-1", "ask_engine", "ENOENT")
