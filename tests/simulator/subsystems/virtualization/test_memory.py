"""A guest's memory, and what the host counts for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.memory import Memory, OutOfMemoryError
from simulator.subsystems.virtualization.memory import GuestMemory

HOST_KIB = 1000


def guest(**more: Any) -> tuple[Memory, GuestMemory]:
    host = Memory("host", HOST_KIB)
    return host, GuestMemory("vm", 800, host, **more)


def counted(host: Memory) -> int:
    return host.charges.get("vm", 0)


def test_the_host_gives_a_frame_at_the_first_touch() -> None:
    host, memory = guest()
    assert (memory.free_kib, host.free_kib) == (800, 1000)
    memory.charge("a", 300)
    assert (memory.free_kib, host.free_kib, counted(host)) == (500, 700, 300)
    assert memory.resident_kib == 300


def test_what_the_guest_frees_the_host_does_not_see() -> None:
    host, memory = guest()
    memory.charge("a", 300)
    memory.release("a")
    assert (memory.used_kib, memory.kept_kib, counted(host)) == (0, 300, 300)
    memory.charge("b", 400)
    assert (memory.used_kib, memory.kept_kib, counted(host)) == (400, 0, 400)
    memory.give_back("b", 100)
    assert (memory.kept_kib, counted(host)) == (100, 400)


def test_a_guest_that_reports_gives_frames_back() -> None:
    host, memory = guest(reports_free=True)
    memory.charge("a", 300)
    memory.release("a")
    assert (memory.kept_kib, counted(host)) == (0, 0)


def test_a_kept_frame_needs_no_room_on_the_host() -> None:
    host, memory = guest()
    memory.charge("a", 300)
    memory.release("a")
    host.charge("other", 700)
    assert memory.backs(300) is True
    assert memory.backs(301) is False
    memory.charge("b", 300)
    with pytest.raises(OutOfMemoryError):
        memory.charge("b", 1)


def test_a_balloon_hands_over_frames_of_free_pages() -> None:
    host, memory = guest(has_balloon=True)
    memory.charge("a", 300)
    memory.charge("b", 100)
    memory.release("a")
    assert memory.inflate(200) == 200
    assert (memory.balloon_kib, memory.free_kib, counted(host)) == (200, 500, 200)
    assert memory.inflate(300) == 100
    assert (memory.balloon_kib, memory.free_kib, counted(host)) == (500, 200, 100)


def test_a_balloon_takes_no_page_in_use() -> None:
    host, memory = guest(has_balloon=True)
    memory.charge("a", 700)
    assert memory.inflate(500) == 0
    assert (memory.balloon_kib, memory.free_kib, counted(host)) == (100, 0, 700)


@pytest.mark.parametrize(("deflates", "given_back"), [(True, 300), (False, 0)])
def test_a_last_resort(deflates: bool, given_back: int) -> None:
    _, memory = guest(has_balloon=True, deflates=deflates)
    memory.inflate(300)
    assert memory.relent(400) == given_back
    assert memory.balloon_kib == 300 - given_back
    assert Memory("plain", 10).relent(5) == 0


def test_swap_takes_pages_in_use_and_brings_them_back() -> None:
    host, memory = guest()
    memory.charge("a", 300)
    assert memory.swap_out(200) == 200
    assert (memory.swapped_kib, memory.used_kib, counted(host)) == (200, 300, 100)
    assert memory.swap_out(200) == 100
    assert memory.swap_out(1) == 0
    assert memory.swap_in(50) == 50
    assert (memory.swapped_kib, counted(host)) == (250, 50)
    assert memory.swap_in(1000) == 250
    assert memory.swap_in(1) == 0


def test_nothing_comes_back_to_a_full_host() -> None:
    host, memory = guest()
    memory.charge("a", 300)
    memory.swap_out(300)
    host.charge("other", 900)
    assert (memory.swap_in(200), memory.swapped_kib) == (0, 300)
    assert memory.swap_in(100) == 100


def test_freed_pages_that_were_swapped_have_no_frame() -> None:
    host, memory = guest()
    memory.charge("a", 200)
    memory.charge("b", 200)
    memory.swap_out(200)
    memory.release("a")
    assert (memory.swapped_kib, memory.kept_kib, counted(host)) == (100, 100, 200)


def test_merged_pages_have_no_frame_of_their_own_until_they_are_written() -> None:
    host, memory = guest()
    memory.charge("kernel", 100)
    memory.charge("a", 50)
    memory.merge("linux kernel", 100)
    assert (memory.merged_kib, memory.resident_kib, counted(host)) == (100, 50, 50)
    assert memory.split("linux kernel") is True
    assert (memory.merged_kib, counted(host)) == (0, 150)
    assert memory.split("linux kernel") is True


def test_no_copy_without_room_for_it() -> None:
    host, memory = guest()
    memory.charge("kernel", 100)
    memory.merge("linux kernel", 100)
    host.charge("other", 950)
    assert memory.split("linux kernel") is False
    assert memory.merged_kib == 100


def test_who_is_killed_to_make_room_for_its_copy_needs_none() -> None:
    host, memory = guest()
    memory.charge("kernel", 100)
    memory.merge("linux kernel", 100)
    host.charge("other", 950)
    host.relief = lambda kib: memory.leave() or host.give_back("other", kib)
    assert memory.split("linux kernel") is True
    assert (memory.merged, counted(host), host.used_kib) == ({}, 0, 900)


def test_nobody_frees_what_nobody_has() -> None:
    host, memory = guest()
    memory.release("nobody")
    assert (memory.used_kib, memory.kept_kib, host.used_kib) == (0, 0, 0)


def test_nothing_is_left_of_a_machine_that_ended() -> None:
    host, memory = guest(has_balloon=True)
    memory.charge("a", 300)
    memory.charge("b", 100)
    memory.merge("b", 100)
    memory.release("a")
    memory.inflate(100)
    memory.leave()
    assert (host.used_kib, memory.used_kib, memory.resident_kib) == (0, 0, 0)
    assert (memory.is_gone, memory.charges, memory.balloon_kib) == (True, {}, 0)
    with pytest.raises(OutOfMemoryError):
        memory.charge("a", 1)


def test_on_another_host_each_page_in_use_has_a_frame() -> None:
    _, memory = guest()
    memory.charge("a", 300)
    memory.charge("b", 100)
    memory.release("b")
    memory.swap_out(100)
    memory.merge("a", 100)
    memory.settle()
    assert memory.resident_kib == memory.used_kib == 300


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["charge", "release", "give", "inflate", "deflate", "out", "in", "merge"]
        ),
        st.integers(0, 500),
        st.sampled_from("abc"),
    ),
    max_size=40,
)


@given(STEPS, st.booleans())
def test_the_host_counts_what_stands_behind_the_guest(
    steps: list[tuple[str, int, str]],
    reports: bool,
) -> None:
    host, memory = guest(has_balloon=True, reports_free=reports)
    for kind, kib, owner in steps:
        _do(memory, kind, kib, owner)
        behind = memory.used_kib + memory.kept_kib
        assert counted(host) == behind - memory.swapped_kib - memory.merged_kib
        assert counted(host) == memory.resident_kib >= 0
        assert memory.used_kib == sum(memory.charges.values())
        assert memory.free_kib >= 0
        assert memory.kept_kib >= 0
        assert 0 <= memory.swapped_kib <= memory.used_kib
    memory.leave()
    assert host.used_kib == 0


def _do(memory: GuestMemory, kind: str, kib: int, owner: str) -> None:
    """One step; what is merged is never freed, as pages of a system are not."""
    if kind == "charge" and memory.fits(kib):
        memory.charge(owner, kib)
    elif kind == "release" and not memory.merged:
        memory.release(owner)
    elif kind == "give" and owner in memory.charges and not memory.merged:
        memory.give_back(owner, min(kib, memory.charges[owner]))
    elif kind == "inflate":
        memory.inflate(kib)
    elif kind == "deflate":
        memory.deflate(kib)
    elif kind == "out":
        memory.swap_out(kib)
    elif kind == "in":
        memory.swap_in(kib)
    elif kind == "merge" and "m" not in memory.merged:
        in_use = memory.resident_kib - memory.kept_kib
        if in_use:
            memory.merge("m", min(kib, in_use))
