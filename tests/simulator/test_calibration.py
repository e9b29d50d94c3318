"""The rows of the calibration table: each says what it is and where it is from."""

import pytest

from simulator import CALIBRATION, Figure
from simulator.calibration import KINDS, figure, figures
from simulator.calibration.figures import between, measured, published, taught, told

READ = {"measured", "source", "second-hand", "course"}


@pytest.mark.parametrize("name", sorted(CALIBRATION))
def test_every_figure_has_a_unit_and_a_source(name: str) -> None:
    entry = CALIBRATION[name]
    assert entry.unit in figures.UNITS
    assert entry.read in READ
    assert len(entry.source) > 5
    assert figure(name) == entry.value > 0


@pytest.mark.parametrize("name", sorted(CALIBRATION))
def test_what_is_allowed_contains_the_figure_and_is_narrow(name: str) -> None:
    entry = CALIBRATION[name]
    low, high = entry.bounds
    assert low <= entry.value <= high
    assert (entry.low is None) == (entry.high is None)
    assert entry.tolerance_percent <= 30
    if entry.low is not None:
        assert entry.tolerance_percent == 0


def test_no_row_stands_in_two_modules() -> None:
    assert sum(len(rows) for rows in KINDS.values()) == len(CALIBRATION)


def test_a_tolerance_is_a_share_of_the_value() -> None:
    assert Figure(200, "us", "s", "source", 25).bounds == (150, 250)
    assert Figure(200, "us", "s", "source").bounds == (200, 200)


def test_a_range_stands_for_a_tolerance() -> None:
    row = between(10, 90, published(50, "count", "somewhere", 5))
    assert row == Figure(50, "count", "somewhere", "source", 0, 10, 90)
    assert row.bounds == (10, 90)


def test_each_way_of_reading_has_a_word() -> None:
    made = [way(1, "us", "x", 1) for way in (measured, published, told, taught)]
    assert [row.read for row in made] == [
        "measured",
        "source",
        "second-hand",
        "course",
    ]
    assert {row.read for row in CALIBRATION.values()} <= READ


def test_parts_are_less_than_the_whole() -> None:
    assert figure("namespaces") + figure("fork_exec") < figure("container_runtime")
    assert figure("container_runtime") < figure("container_start")
    assert figure("microvm_boot") < figure("guest_boot")
    assert figure("system_call") < figure("exit_in_kernel") < figure("exit_to_user")
