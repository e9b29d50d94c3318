"""Namespaces: what a kernel boots with, what is new and what is shared."""

from typing import Any

import pytest

from simulator.subsystems.files import FileTree
from simulator.subsystems.namespaces import (
    FIRST_NUMBER,
    KINDS,
    MountNamespace,
    Namespaces,
    NetNamespace,
    PidNamespace,
    TimeNamespace,
    UtsNamespace,
    Wanted,
    initial_namespaces,
    unshared,
)
from simulator.subsystems.processes import numbered
from simulator.subsystems.users import UserNamespace

HOST = initial_namespaces(FileTree(device="disk"), "server")


def new(*kinds: str, above: Namespaces = HOST, **more: Any) -> Namespaces:
    wanted = Wanted(kinds, FileTree(device="image"), "box", **more)
    return unshared(above, wanted, FIRST_NUMBER)


def test_there_are_eight_kinds() -> None:
    assert KINDS == ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


def test_a_kernel_boots_with_one_of_each() -> None:
    assert [getattr(HOST, kind).number for kind in KINDS] == [
        4026531835,
        4026531839,
        4026531841,
        4026531840,
        4026531836,
        4026531834,
        4026531837,
        4026531838,
    ]
    assert HOST.numbers() == {k: getattr(HOST, k).number for k in KINDS}


def test_the_first_ones_belong_to_the_first_user_namespace() -> None:
    owners = {getattr(HOST, kind).owner for kind in KINDS if kind != "user"}
    assert owners == {HOST.user}


def test_the_first_ones_hold_the_machine() -> None:
    host = initial_namespaces(FileTree(device="disk"), "server")
    assert host.uts.hostname == "server"
    assert (host.mnt.root.device, host.mnt.mounts) == ("disk", ["/"])
    assert host.net.interfaces == ["lo", "eth0"]
    assert (host.pid.parent, host.pid.init, host.pid.last_pid) == (None, None, 0)
    assert host.time.boottime_offset_us == 0


def test_nothing_is_its_own() -> None:
    assert HOST.own(HOST) == []
    assert new().own(HOST) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "user"])
def test_one_kind_is_new_and_the_others_are_shared(kind: str) -> None:
    made = new(kind)
    assert made.own(HOST) == [kind]
    assert getattr(made, kind).number == FIRST_NUMBER + KINDS.index(kind)
    assert getattr(made, kind).kind == kind
    assert getattr(made, kind).owner is HOST.user


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("mnt", MountNamespace),
        ("net", NetNamespace),
        ("pid", PidNamespace),
        ("time", TimeNamespace),
        ("uts", UtsNamespace),
    ],
)
def test_each_kind_has_its_own_state(kind: str, found: type) -> None:
    assert type(getattr(new(kind), kind)) is found


def test_new_ones_start_empty() -> None:
    made = new(*KINDS)
    assert made.uts.hostname == "box"
    assert (made.mnt.root.device, made.mnt.mounts) == ("image", ["/"])
    assert made.net.interfaces == ["lo"]
    assert (made.pid.last_pid, made.pid.init) == (0, None)
    assert made.time.boottime_offset_us == 0


def test_a_user_namespace_is_given_and_owns_the_others() -> None:
    user = UserNamespace(7, HOST.user)
    made = new("uts", "user", user=user)
    assert made.own(HOST) == ["user", "uts"]
    assert (made.user, made.uts.owner, made.mnt.owner) == (user, user, HOST.user)


def test_without_one_the_users_stay_those_around() -> None:
    assert new("user").user is HOST.user


def test_process_numbers_count_in_each_namespace_around() -> None:
    inner = new("pid")
    innermost = new("pid", above=inner)
    assert innermost.pid.lineage == (innermost.pid, inner.pid, HOST.pid)
    before = HOST.pid.last_pid
    assert [n for _, n in numbered(inner)] == [1, before + 1]
    assert [n for _, n in numbered(innermost)] == [1, 2, before + 2]
    assert [n for _, n in numbered(HOST)] == [before + 3]


def test_two_mount_namespaces_do_not_share_their_list() -> None:
    first, second = new("mnt"), new("mnt")
    first.mnt.mounts.append("/proc")
    assert second.mnt.mounts == ["/"]
