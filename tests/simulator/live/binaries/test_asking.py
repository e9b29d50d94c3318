"""What programs ask of a real kernel, in a sandbox, and what it answers."""

from collections.abc import Sequence
from errno import EEXIST, EINVAL, ENOENT, EPERM, ESRCH
from typing import Any

import pytest

from simulator.live.binaries import writing
from simulator.live.capabilities import report
from simulator.live.sandbox import Told, carry_out
from tests.simulator.live.plans import Step, contain, program, run, wait

USERS = report().of("users").available
ALL_CALLS = ("open", "setuid", "unshare", "sethostname", "shmget")


def answers(told: Told) -> list[tuple[int, int, int]]:
    """Per question: what was asked, about which number, and the errno or 0."""
    asked = (
        fact
        for fact in told.facts
        if fact.get("what") in {writing.DONE, writing.FAILED}
    )
    return [
        (fact["first"] & 0xFF, fact["first"] >> 8, fact["second"]) for fact in asked
    ]


def asking(*steps: Step | tuple[str, Any]) -> list[tuple[int, int, int]]:
    plan = [program(0, "/p1", *steps), run(1, "app", "/p1"), wait(2, 1)]
    return answers(carry_out(plan, calls=ALL_CALLS))


def become(uid: int) -> tuple[str, Any]:
    return ("set_user", {"uid": uid})


def unshare(*kinds: str, uid_map: Sequence[Any] = ()) -> tuple[str, Any]:
    return ("unshare", {"kinds": kinds, "uid_map": uid_map})


def hostname(name: str) -> tuple[str, Any]:
    return ("system_call", {"name": "sethostname", "value": name})


def segment(do: str, key: int = 42) -> tuple[str, Any]:
    return (do, {"key": key})


def test_a_host_name_is_set_by_root_of_its_namespace() -> None:
    assert asking(hostname("other")) == [(writing.CALL, 0, 0)]


def test_who_becomes_another_user_has_no_power_left() -> None:
    number = 0 if USERS else EINVAL
    found = asking(become(1000), hostname("other"), become(0))
    assert found[0] == (writing.SETUID, 1000, number)
    if USERS:
        assert found[1:] == [(writing.CALL, 0, EPERM), (writing.SETUID, 0, EPERM)]


@pytest.mark.parametrize(("name", "errno"), [("user", 0), ("uts", EPERM)])
def test_only_a_user_namespace_needs_no_power(name: str, errno: int) -> None:
    found = asking(become(1000), unshare(name))
    open_to_all = report().of("nested_users")
    if open_to_all.available:
        assert found[-1] == (writing.UNSHARE, 0, errno)
    else:
        assert open_to_all.reason


def test_nobody_maps_others() -> None:
    stranger = unshare("user", uid_map=[{"inside": 0, "outside": 5, "count": 10}])
    found = asking(become(1000), stranger)
    if report().of("nested_users").available:
        assert found[-1] == (writing.UNSHARE, 0, EPERM)
    else:
        assert report().of("nested_users").reason


def test_shared_memory_has_keys() -> None:
    assert asking(
        segment("find_segment"),
        segment("make_segment"),
        segment("make_segment"),
        segment("find_segment"),
        segment("find_segment", 43),
    ) == [
        (writing.SEGMENT, 42, ENOENT),
        (writing.SEGMENT, 42, 0),
        (writing.SEGMENT, 42, EEXIST),
        (writing.SEGMENT, 42, 0),
        (writing.SEGMENT, 43, ENOENT),
    ]


def test_memory_is_mapped_and_written_to() -> None:
    assert asking(("allocate", {"mib": 3, "on_error": "exit"})) == [
        (writing.MEMORY, 3, 0)
    ]


@pytest.mark.parametrize(("on_error", "ended"), [("exit", 1), ("ignore", None)])
def test_memory_that_there_is_not(on_error: str, ended: int | None) -> None:
    """A limit of a sandbox refuses more than a gigabyte of addresses."""
    steps = [("allocate", {"mib": 2048, "on_error": on_error})]
    plan = [program(0, "/p1", *steps), run(1, "app", "/p1"), wait(2, 1)]
    told = carry_out(plan)
    assert answers(told) == [(writing.MEMORY, 2048, 12)]
    codes = [fact["code"] for fact in told.facts if fact["kind"] == "ended"]
    assert codes == ([] if ended is None else [ended])


def test_a_signal_to_a_number() -> None:
    found = asking(
        ("kill", {"number": 10, "pid": 1}), ("kill", {"number": 10, "pid": 4_000_000})
    )
    assert found == [(writing.SIGNAL, 10, 0), (writing.SIGNAL, 10, ESRCH)]


def killer(wanted: int) -> tuple[str, Any]:
    return ("kill", {"number": 9, "pid": None, "wanted": wanted})


def test_a_signal_to_all_processes_of_a_program() -> None:
    plan = [
        program(0, "/p1", killer(2)),
        program(1, "/p2"),
        run(2, "first", "/p2"),
        run(3, "second", "/p2"),
        run(4, "killer", "/p1"),
        wait(5, 1),
    ]
    told = carry_out(plan)
    assert answers(told) == [(writing.SIGNAL, 9, 0)] * 2
    ended = [fact["name"] for fact in told.facts if fact["kind"] == "ended"]
    assert sorted(ended) == ["first", "second"]


def test_in_a_container_only_its_own_processes_are_found() -> None:
    plan = [
        program(0, "/images/0/p1", killer(2)),
        program(1, "/p2"),
        run(2, "outside", "/p2"),
        contain(3, "box", "/p1"),
        wait(4, 1),
    ]
    if not report().of("containers").available:
        assert report().of("containers").reason
        return
    told = carry_out(plan)
    assert answers(told) == []
    assert [fact for fact in told.facts if fact["kind"] == "ended"] == []
