"""What a mean hides: percentiles by nearest rank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.latency import Latencies


@pytest.mark.parametrize(
    ("spans", "percent", "found"),
    [
        ([], 99, 0),
        ([7], 50, 7),
        ([7], 99, 7),
        ([1, 2], 50, 1),
        ([2, 1], 51, 2),
        ([30, 10, 20, 40], 75, 30),
        (list(range(1, 101)), 99, 99),
        (list(range(1, 201)), 99, 198),
        ([5] * 99 + [500], 99, 5),
        ([5] * 98 + [500] * 2, 99, 500),
        ([3, 4], 0, 3),
    ],
)
def test_the_nearest_rank(spans: list[int], percent: int, found: int) -> None:
    assert Latencies(spans).percentile(percent) == found


def test_a_summary() -> None:
    assert Latencies([10, 20, 60], failed=2).summary() == {
        "answered": 3,
        "failed": 2,
        "mean": 30,
        "p50": 20,
        "p90": 60,
        "p99": 60,
        "max": 60,
    }


def test_nothing_was_answered() -> None:
    assert set(Latencies().summary().values()) == {0}


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(1, 100))
def test_a_percentile_is_one_of_the_spans_and_enough_are_below(
    spans: list[int], percent: int
) -> None:
    found = Latencies(list(spans)).percentile(percent)
    assert found in spans
    at_most = sum(span <= found for span in spans)
    assert at_most * 100 >= len(spans) * percent
    below = sum(span < found for span in spans)
    assert below * 100 < len(spans) * percent
