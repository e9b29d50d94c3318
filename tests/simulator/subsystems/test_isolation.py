"""Containers live in namespaces: what each kind hides, and who they are."""

from typing import Any

import pytest

from simulator.calibration import figure
from simulator.mechanisms.containers import NAMESPACES
from simulator.subsystems.containers.container import Container, _kill_later
from simulator.subsystems.isolation import (
    GRACE_S,
    SUBORDINATE,
    Isolation,
    _new_kinds,
    spared_us,
)
from simulator.subsystems.namespaces import FIRST_NUMBER, KINDS
from simulator.subsystems.processes import Process
from simulator.subsystems.users import ALL_CAPABILITIES, CONTAINER_CAPABILITIES, IdRange
from tests.simulator.worlds import (
    ENGINE,
    box,
    events,
    execute,
    failures,
    install,
    live,
    mechanism,
    run,
)

USUAL = ["cgroup", "ipc", "mnt", "net", "pid", "uts"]


def container(*plan: Any, **more: Any) -> Container:
    world = live([*ENGINE, *(plan or (box(),))], **more)
    found = world.places["box"][0]
    assert isinstance(found, Container)
    return found


def main(found: Container) -> Process:
    assert found.main is not None
    return found.main


def mains(count: int) -> list[Process]:
    boxes = live([*ENGINE, box(count)]).places["box"]
    return [main(found) for found in boxes if isinstance(found, Container)]


def test_the_mechanism_knows_every_kind() -> None:
    assert sorted(NAMESPACES) == list(KINDS)


def test_a_container_has_six_namespaces_of_its_own() -> None:
    found = container()
    process = main(found)
    assert process.namespaces.own(found.kernel.namespaces) == USUAL
    assert events(run([*ENGINE, box()]), "namespaces")[0].detail["kinds"] == USUAL


def test_namespaces_are_numbered_one_after_the_other_and_never_twice() -> None:
    numbers = [process.namespaces.numbers() for process in mains(2)]
    first, second = ({n[kind] for kind in USUAL} for n in numbers)
    assert first.isdisjoint(second)
    assert min(first | second) >= FIRST_NUMBER
    assert numbers[0]["user"] == numbers[1]["user"] == 4026531837


def test_its_main_process_is_number_1_inside_and_another_outside() -> None:
    found = container()
    process = main(found)
    assert (process.pid_inside, process.pid) == (1, 3)
    assert process.pid_in(found.kernel.namespaces.pid) == 3
    assert process.namespaces.pid.init is process


def test_one_container_cannot_see_the_processes_of_another() -> None:
    first, second = mains(2)
    assert first.pid_in(second.namespaces.pid) == 0
    assert second.pid_in(first.namespaces.pid) == 0


def test_it_has_a_host_name_mounts_and_interfaces_of_its_own() -> None:
    found = container()
    inside, host = main(found).namespaces, found.kernel.namespaces
    assert (inside.uts.hostname, host.uts.hostname) == ("box-1", "server")
    assert inside.mnt.mounts == ["/", "/proc", "/dev", "/sys"]
    assert host.mnt.mounts == ["/", "/run/containers/box-1"]
    assert (inside.net.interfaces, host.net.interfaces) == (
        ["lo", "eth0"],
        ["lo", "eth0"],
    )
    assert inside.net is not host.net


def test_a_mount_namespace_has_the_image_as_its_root() -> None:
    found = container()
    assert main(found).namespaces.mnt.root is found.root
    assert main(found).root is found.root


def test_root_in_a_container_is_root_outside_with_few_capabilities() -> None:
    credentials = main(container()).credentials
    assert (credentials.uid, credentials.uid_inside) == (0, 0)
    assert credentials.capabilities == frozenset(CONTAINER_CAPABILITIES)
    assert not credentials.may("SYS_ADMIN", credentials.user)


def test_a_uid_map_makes_its_root_somebody_else_outside() -> None:
    found = container(box(uid_map=[{"outside": 200_000, "count": 1000}]))
    credentials = main(found).credentials
    assert (credentials.uid, credentials.uid_inside) == (200_000, 0)
    assert credentials.user.uid_map == (IdRange(0, 200_000, 1000),)
    assert credentials.user.parent is found.kernel.namespaces.user
    own = main(found).namespaces.own(found.kernel.namespaces)
    assert own == sorted([*USUAL, "user"])
    assert main(found).namespaces.net.owner is credentials.user


def test_a_user_namespace_without_a_map_takes_the_subordinate_range() -> None:
    kinds = [*USUAL, "user"]
    found = container(mechanisms={"container.namespaces": kinds})
    assert main(found).credentials.user.uid_map == SUBORDINATE
    assert main(found).credentials.uid == 100_000


def test_a_time_namespace_has_an_offset() -> None:
    found = container(box(boottime_offset_s=-60))
    inside = main(found).namespaces
    assert inside.time is not found.kernel.namespaces.time
    assert inside.time.boottime_offset_us == -60_000_000


def test_a_time_namespace_without_an_offset() -> None:
    found = container(mechanisms={"container.namespaces": ["time"]})
    assert main(found).namespaces.own(found.kernel.namespaces) == ["time"]
    assert main(found).namespaces.time.boottime_offset_us == 0


@pytest.mark.parametrize("kind", USUAL)
def test_the_hosts_namespaces_can_be_asked_for(kind: str) -> None:
    found = container(box(host_namespaces=[kind]))
    inside, host = main(found).namespaces, found.kernel.namespaces
    assert getattr(inside, kind) is getattr(host, kind)
    assert inside.own(host) == [other for other in USUAL if other != kind]


@pytest.mark.parametrize("kind", USUAL)
def test_each_kind_can_be_left_out_of_the_mechanism(kind: str) -> None:
    kinds = [other for other in USUAL if other != kind]
    found = container(mechanisms={"container.namespaces": kinds})
    assert main(found).namespaces.own(found.kernel.namespaces) == kinds


def test_without_a_pid_namespace_it_is_one_process_of_many() -> None:
    found = container(box(host_namespaces=["pid"]))
    assert main(found).pid_inside == main(found).pid == 3


def test_without_a_mount_namespace_its_mounts_are_seen_outside() -> None:
    found = container(box(host_namespaces=["mnt"]))
    at = "/run/containers/box-1"
    assert found.kernel.namespaces.mnt.mounts == [
        "/",
        at,
        f"{at}/proc",
        f"{at}/dev",
        f"{at}/sys",
    ]
    assert main(found).root is found.root


def test_on_the_hosts_network_it_has_no_interfaces_of_its_own() -> None:
    found = container(mechanisms={"container.network": "host"})
    assert main(found).namespaces.net is found.kernel.namespaces.net


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Isolation(), ("pid",)),
        (Isolation(host_namespaces=("pid",)), ()),
        (Isolation(uid_map=(IdRange(0, 1, 1),)), ("pid", "user")),
        (Isolation(("user",), (IdRange(0, 1, 1),)), ("pid",)),
        (Isolation(boottime_offset_us=0), ("pid", "time")),
    ],
)
def test_which_kinds_are_new(wanted: Isolation, kinds: tuple[str, ...]) -> None:
    assert _new_kinds(("pid",), wanted) == kinds


@pytest.mark.parametrize(
    ("kinds", "spared"),
    [
        (USUAL, 0),
        (["pid", "net"], 0),
        (["pid"], figure("network_namespace")),
        (["net", "user", "uts", "mnt"], figure("pid_namespace")),
        ([], figure("network_namespace") + figure("pid_namespace")),
    ],
)
def test_only_two_kinds_cost_much(kinds: list[str], spared: int) -> None:
    assert spared_us(kinds) == spared


def test_a_start_is_faster_without_them() -> None:
    spans = []
    for asked in (box(), box(host_namespaces=["net", "pid"])):
        done = run([*ENGINE, asked])
        made, found = events(done, "namespaces")[0], events(done, "image_present")[0]
        spans.append(made.time - found.time)
    assert spans[0] - spans[1] == 820


def test_the_time_of_grace_is_what_engines_give() -> None:
    assert GRACE_S == 10


def test_a_program_run_in_a_container_joins_its_namespaces() -> None:
    world = live([*ENGINE, box(), install("sh", "box"), execute("sh", "box")])
    found = world.places["box"][0]
    assert isinstance(found, Container)
    joined = found.kernel.processes[-1]
    assert joined.program.name == "sh"
    assert joined.namespaces is main(found).namespaces
    same, first = joined.credentials, main(found).credentials
    assert (same.uid, same.user) == (first.uid, first.user)
    assert same.capabilities == first.capabilities
    assert (joined.pid_inside, joined.parent) == (2, found.kernel.init)


def test_with_a_kernel_of_its_own_it_is_number_1_there_too() -> None:
    own = mechanism("container.kernel", "own")
    found = container(changes=[own], mechanisms={"container.kernel": "own"})
    assert found.machine is not None
    assert (main(found).pid_inside, main(found).pid) == (1, 2)
    assert main(found).namespaces.own(found.kernel.namespaces) == USUAL
    assert ALL_CAPABILITIES - main(found).credentials.capabilities
    assert failures(run([*ENGINE, box()], changes=[own])) == []


def test_a_stopped_container_is_not_stopped_again() -> None:
    found = container(box(), {"stop_container": {"on": "box", "grace_s": 0}})
    assert list(found.stop(0, None)) == []


def test_nobody_is_killed_who_has_ended_in_the_same_moment() -> None:
    process = main(container())
    work = _kill_later(process, 5, 0)
    assert next(work) == 5
    process.state = "gone"
    assert list(work) == []
