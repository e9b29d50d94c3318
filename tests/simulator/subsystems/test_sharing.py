"""Dividing by weight: exact, bounded, and nothing is lost that somebody could use."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.sharing import Member, fill

members = st.lists(
    st.builds(Member, st.integers(1, 10_000), st.integers(0, 4_000_000)), max_size=8
)


def test_shares_go_by_weight() -> None:
    assert fill(900, [Member(100, 1000), Member(200, 1000)]) == [300, 600]


def test_what_one_cannot_use_the_others_get() -> None:
    assert fill(900, [Member(100, 50), Member(100, 1000), Member(200, 1000)]) == [
        50,
        284,
        566,
    ]


def test_nobody_gets_more_than_all_can_use() -> None:
    assert fill(900, [Member(100, 50), Member(300, 60)]) == [50, 60]


def test_one_that_can_use_nothing_takes_nothing_from_the_others() -> None:
    assert fill(10, [Member(10_000, 0), Member(1, 10)]) == [0, 10]


def test_nobody_wants_anything() -> None:
    assert fill(10, []) == []


@given(st.integers(0, 10_000_000), members)
def test_shares_add_up(amount: int, wanted: list[Member]) -> None:
    shares = fill(amount, wanted)
    usable = min(amount, sum(member.most for member in wanted))
    assert all(
        0 <= share <= member.most for share, member in zip(shares, wanted, strict=True)
    )
    assert usable - len(wanted) <= sum(shares) <= usable


@given(st.integers(0, 10_000_000), members)
def test_more_weight_never_gets_less(amount: int, wanted: list[Member]) -> None:
    alike = [Member(member.weight, 1_000_000) for member in wanted]
    shares = fill(amount, alike)
    by_weight = sorted(zip([m.weight for m in alike], shares, strict=True))
    ordered = [share for _, share in by_weight]
    assert all(b >= a - 1 for a, b in pairwise(ordered))
