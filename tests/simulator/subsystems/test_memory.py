"""RAM at every level: what is used is the sum of what was charged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.memory import Memory, OutOfMemoryError


def test_charges_add_up() -> None:
    memory = Memory("m", 100)
    memory.charge("a", 30)
    memory.charge("b", 20)
    memory.charge("a", 10)
    assert (memory.used_kib, memory.charges) == (60, {"a": 40, "b": 20})


def test_the_last_kib_fits_and_the_next_does_not() -> None:
    memory = Memory("m", 100)
    memory.charge("a", 100)
    with pytest.raises(OutOfMemoryError, match=r"^m: 1 KiB wanted, 0 KiB free$"):
        memory.charge("b", 1)
    assert (memory.used_kib, memory.charges) == (100, {"a": 100})


def test_a_guests_memory_is_its_hosts() -> None:
    host = Memory("host", 100)
    guest = Memory("guest", 50, host)
    guest.charge("a", 20)
    assert (guest.used_kib, host.used_kib, host.charges) == (20, 20, {"guest": 20})


def test_a_guest_stops_at_its_own_limit() -> None:
    host = Memory("host", 100)
    guest = Memory("guest", 10, host)
    with pytest.raises(OutOfMemoryError, match=r"^guest: 11 KiB wanted, 10 KiB free$"):
        guest.charge("a", 11)
    assert (guest.used_kib, host.used_kib) == (0, 0)


def test_a_guest_stops_at_its_hosts_limit() -> None:
    host = Memory("host", 10)
    guest = Memory("guest", 50, host)
    with pytest.raises(OutOfMemoryError, match=r"^host: 11 KiB wanted, 10 KiB free$"):
        guest.charge("a", 11)
    assert (guest.used_kib, guest.charges, host.used_kib) == (0, {}, 0)


def test_shared_pages_are_charged_once() -> None:
    memory = Memory("m", 100)
    for _ in range(3):
        memory.map_file("disk:/app", 10)
    assert memory.charges == {"page cache": 10}
    assert (memory.is_mapped("disk:/app"), memory.is_mapped("copy:/app")) == (
        True,
        False,
    )


def test_pages_of_other_files_are_charged_too() -> None:
    memory = Memory("m", 100)
    memory.map_file("disk:/app", 10)
    memory.map_file("copy:/app", 10)
    assert memory.charges == {"page cache": 20}


def test_relief_is_asked_for_what_is_missing() -> None:
    memory, asked = Memory("m", 100), []

    def relief(kib: int) -> None:
        asked.append(kib)
        memory.give_back("a", 30)

    memory.relief = relief
    memory.charge("a", 80)
    memory.charge("b", 40)
    assert (asked, memory.charges, memory.used_kib) == ([20], {"a": 50, "b": 40}, 90)


def test_relief_of_the_host_helps_a_guest() -> None:
    host = Memory("host", 100)
    host.charge("other", 80)
    host.relief = lambda _kib: host.release("other")
    guest = Memory("guest", 90, host)
    assert guest.fits(50) is True
    guest.charge("a", 50)
    assert host.charges == {"guest": 50}


def test_relief_that_does_not_help() -> None:
    memory = Memory("m", 10)
    memory.relief = lambda _kib: None
    assert memory.fits(11) is False
    with pytest.raises(OutOfMemoryError, match=r"^m: 11 KiB wanted, 10 KiB free$"):
        memory.charge("a", 11)


def test_the_memory_of_a_killed_machine_is_free_and_stays_so() -> None:
    host = Memory("host", 100)
    guest = Memory("guest", 90, host)
    guest.charge("a", 30)
    guest.charge("b", 20)
    guest.leave()
    assert (guest.used_kib, host.used_kib) == (0, 0)
    assert guest.fits(1) is False
    with pytest.raises(OutOfMemoryError):
        guest.charge("a", 1)
    assert host.used_kib == 0


def test_what_is_released_is_free_at_every_level() -> None:
    bottom = Memory("bottom", 100)
    middle = Memory("middle", 80, bottom)
    top = Memory("top", 60, middle)
    top.charge("a", 20)
    top.charge("b", 5)
    top.release("a")
    assert [level.used_kib for level in (top, middle, bottom)] == [5, 5, 5]
    assert (top.charges, middle.charges, bottom.charges) == (
        {"b": 5},
        {"top": 5},
        {"middle": 5},
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["charge", "share", "release"]),
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 60),
        ),
        max_size=30,
    )
)
def test_used_is_always_the_sum_and_never_over_capacity(
    steps: list[tuple[str, str, int]],
) -> None:
    host = Memory("host", 150)
    guest = Memory("guest", 100, host)
    for action, owner, kib in steps:
        try:
            if action == "release" and owner in guest.charges:
                guest.release(owner)
            elif action == "charge":
                guest.charge(owner, kib)
            elif action == "share":
                guest.map_file(owner, kib)
        except OutOfMemoryError:
            pass
        assert guest.used_kib == sum(guest.charges.values()) <= guest.capacity_kib
        assert host.used_kib == sum(host.charges.values()) == guest.used_kib
