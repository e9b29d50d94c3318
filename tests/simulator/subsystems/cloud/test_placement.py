"""Placement policies: what each chooses, and in how many steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.cloud.capacity import Size, Slot
from simulator.subsystems.cloud.placement import placement

POLICIES = ("first_fit", "best_fit", "spread")


def slots(*left: tuple[int, int]) -> list[Slot]:
    return [
        Slot(index, f"s{index}", vcpus, ram) for index, (vcpus, ram) in enumerate(left)
    ]


def chosen(policy: str, size: Size, *left: tuple[int, int]) -> str:
    found = placement(policy, slots(*left)).choose(size)
    return found.name if found else ""


@pytest.mark.parametrize(
    ("policy", "name"), [("first_fit", "s1"), ("best_fit", "s3"), ("spread", "s2")]
)
def test_each_policy_has_a_choice_of_its_own(policy: str, name: str) -> None:
    left = ((1, 2), (4, 40), (4, 90), (4, 10))
    assert chosen(policy, Size(2, 8), *left) == name


@pytest.mark.parametrize("policy", POLICIES)
def test_both_processors_and_memory_must_fit(policy: str) -> None:
    assert chosen(policy, Size(4, 40), (4, 8), (2, 64)) == ""
    assert chosen(policy, Size(4, 40), (4, 8), (2, 64), (4, 40)) == "s2"


@pytest.mark.parametrize("policy", POLICIES)
def test_among_equal_servers_the_first_is_taken(policy: str) -> None:
    assert chosen(policy, Size(1, 1), (4, 8), (4, 8), (4, 8)) == "s0"


@pytest.mark.parametrize("policy", POLICIES)
def test_no_servers_no_choice(policy: str) -> None:
    assert chosen(policy, Size(1, 1)) == ""


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_goes_to_a_server_that_is_down(policy: str) -> None:
    servers = slots((4, 8), (4, 8))
    index = placement(policy, servers)
    servers[0].is_up = False
    index.changed(servers[0])
    assert index.choose(Size(1, 1)) is servers[1]
    assert servers[0].fits(Size(1, 1)) is False


@pytest.mark.parametrize("policy", POLICIES)
def test_servers_that_must_be_avoided(policy: str) -> None:
    servers = slots((4, 8), (4, 8), (4, 8))
    index = placement(policy, servers)
    found = [index.choose(Size(1, 1), avoid) for avoid in ({0}, {1}, {0, 1}, {0, 1, 2})]
    assert found == [servers[1], servers[0], servers[2], None]


@pytest.mark.parametrize("policy", ["best_fit", "spread"])
def test_a_server_that_has_what_it_had_stays_on_its_shelf_once(policy: str) -> None:
    servers = slots((4, 8), (4, 9))
    index = placement(policy, servers)
    index.changed(servers[0])
    before = index.steps
    servers[0].is_up = False
    index.changed(servers[0])
    assert index.choose(Size(1, 1)) is servers[1]
    assert index.steps - before == {"best_fit": 4, "spread": 2}[policy]


def by_hand(
    policy: str, servers: list[Slot], size: Size, avoid: frozenset[int]
) -> Slot | None:
    """The same choice by looking at every server."""
    sign = {"first_fit": 0, "best_fit": 1, "spread": -1}[policy]
    fitting = [
        (sign * slot.free_ram_kib, sign * slot.free_vcpus, slot.index)
        for slot in servers
        if slot.fits(size) and slot.index not in avoid
    ]
    return servers[min(fitting)[2]] if fitting else None


sizes = st.builds(Size, st.integers(1, 4), st.integers(1, 9))
moves = st.lists(
    st.one_of(
        sizes,
        st.tuples(st.just("release"), st.integers(0, 30)),
        st.tuples(st.just("switch"), st.integers(0, 30)),
    ),
    max_size=40,
)


@given(st.sampled_from(POLICIES), st.integers(1, 9), moves)
def test_the_index_chooses_as_looking_at_every_server_would(
    policy: str, count: int, steps: list[Size | tuple[str, int]]
) -> None:
    servers = slots(*[(8, 20)] * count)
    index = placement(policy, servers)
    homes: list[tuple[Slot, str]] = []
    for number, step in enumerate(steps):
        if isinstance(step, Size):
            avoid = frozenset(range(number % 4))
            slot = index.choose(step, avoid)
            assert slot is by_hand(policy, servers, step, avoid)
            if slot is not None:
                slot.take(f"vm{number}", step)
                homes.append((slot, f"vm{number}"))
                index.changed(slot)
        elif step[0] == "release" and homes:
            slot, name = homes.pop(step[1] % len(homes))
            slot.give_back(name)
            index.changed(slot)
        elif step[0] == "switch":
            slot = servers[step[1] % count]
            slot.is_up = not slot.is_up
            index.changed(slot)
    for slot in servers:
        used = list(slot.promised.values())
        assert slot.free_vcpus == 8 - sum(size.vcpus for size in used) >= 0
        assert slot.free_ram_kib == 20 - sum(size.ram_kib for size in used) >= 0


def test_a_size_says_what_it_is() -> None:
    assert str(Size(2, 1024)) == "2 vCPUs and 1024 KiB"
