"""The axis of time: in order, even between moments, wide enough to see."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simulator.drawing.timescale import LEAST_GAP, TimeScale, seconds

MOMENTS = st.lists(st.integers(0, 10**13), max_size=30)


@given(MOMENTS)
def test_later_is_further_right(moments: list[int]) -> None:
    scale = TimeScale(moments, 100)
    places = [scale.place(moment) for moment in scale.moments]
    assert places[0] == 0
    assert all(b - a >= LEAST_GAP for a, b in pairwise(places))
    assert scale.width >= 100
    if len(places) > 1:
        assert places[-1] == scale.width


@given(MOMENTS, st.integers(0, 10**13))
def test_moments_between_keep_their_order(moments: list[int], other: int) -> None:
    scale = TimeScale(moments, 100)
    place = scale.place(other)
    assert 0 <= place <= scale.width
    for moment in scale.moments:
        if moment <= other:
            assert scale.place(moment) <= place
        else:
            assert scale.place(moment) >= place


def test_a_long_wait_is_wider_but_not_in_proportion() -> None:
    scale = TimeScale([0, 1_000, 45_000_000], 10)
    assert scale.place(1_000) == 14
    assert scale.place(45_000_000) == 110
    assert scale.place(500) == 7


def test_times_are_cut_to_milliseconds() -> None:
    assert seconds(45_144_999) == "45.144 s"
    assert seconds(7) == "0.000 s"
