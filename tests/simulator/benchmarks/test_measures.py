"""What a measurement says, and what it is made of."""

import pytest

from simulator.benchmarks import Measure
from simulator.benchmarks.measures import percentile, seconds


@pytest.mark.parametrize(
    ("value", "bar", "is_floor", "met"),
    [
        (2.0, None, False, True),
        (2.0, 3.0, False, True),
        (3.0, 3.0, False, True),
        (3.1, 3.0, False, False),
        (0.6, 0.6, True, True),
        (0.5, 0.6, True, False),
    ],
)
def test_a_bar_is_met_or_not(
    value: float, bar: float | None, is_floor: bool, met: bool
) -> None:
    measure = Measure("m", value, "ms", bar, is_floor=is_floor)
    assert measure.met is met
    assert measure.to_json() == {
        "name": "m",
        "value": value,
        "unit": "ms",
        "bar": bar,
        "is_floor": is_floor,
        "met": met,
    }


@pytest.mark.parametrize(
    ("percent", "value"), [(0, 1), (50, 5), (51, 6), (95, 10), (100, 10)]
)
def test_percentiles(percent: int, value: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == value


def test_one_value_is_every_percentile() -> None:
    assert [percentile([7.0], percent) for percent in (0, 50, 100)] == [7.0] * 3


def test_seconds_are_processor_time_of_this_thread() -> None:
    done: list[int] = []
    spent = seconds(lambda: done.append(sum(range(200_000))))
    assert len(done) == 1
    assert 0 < spent < 5
