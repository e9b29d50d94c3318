"""The model against the figures that it was calibrated with, row by row."""

import pytest

from simulator import CALIBRATION, Figure, altered
from simulator.experiments import EXPERIMENTS, Result, results
from simulator.experiments.results import bounds, result_of, spelled


@pytest.mark.parametrize("name", sorted(CALIBRATION))
def test_the_model_is_as_near_as_the_table_promises(name: str) -> None:
    result = result_of(name, EXPERIMENTS[name]())
    low, high = result.figure.bounds
    assert low <= result.model <= high


def test_every_row_has_an_experiment_and_none_stands_alone() -> None:
    assert sorted(EXPERIMENTS) == sorted(CALIBRATION)
    assert [result.name for result in results()] == list(EXPERIMENTS)


@pytest.mark.parametrize(
    ("name", "mechanism", "value"),
    [
        ("assisted_cpu", "vm.assist", "emulation"),
        ("exit_in_kernel", "vm.devices", "passthrough"),
        ("vmm_memory", "vm.devices", "passthrough"),
        ("consolidation", "vm.assist", "emulation"),
        ("restart_wait_sixth", "orchestrator.backoff", "constant"),
    ],
)
def test_an_experiment_looks_at_the_model_and_not_at_the_table(
    name: str, mechanism: str, value: str
) -> None:
    with altered({mechanism: value}):
        assert result_of(name, EXPERIMENTS[name]()).within is False
    assert result_of(name, EXPERIMENTS[name]()).within is True


def test_load_makes_boots_slower() -> None:
    alone, crowded = EXPERIMENTS["microvm_boot"](), EXPERIMENTS["microvm_boot_p99"]()
    assert crowded > alone * 101 // 100


def test_a_result_says_whether_it_is_within() -> None:
    row = Figure(200, "us", "s", "source", 10)
    said = [Result("x", row, model).within for model in (179, 180, 200, 220, 221)]
    assert said == [False, True, True, True, False]


def test_a_result_as_json_has_whole_numbers() -> None:
    row = Figure(200, "us", "s", "source", 10)
    assert Result("x", row, 210).to_json() == {
        "figure": "x",
        "value": 200,
        "unit": "us",
        "low": 180,
        "high": 220,
        "model": 210,
        "ratio_permille": 1050,
        "within": True,
        "read": "source",
        "source": "s",
    }


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (45_000_000, "us", "45 s"),
        (17_800, "us", "17.8 ms"),
        (750, "us", "750 us"),
        (2_370, "ns", "2.37 us"),
        (171, "ns", "171 ns"),
        (14 * 1024, "KiB", "14 MiB"),
        (573, "KiB", "573 KiB"),
        (1_010, "permille", "1.01 x"),
        (950, "permille", "0.95 x"),
        (10, "count", "10"),
        (0, "us", "0 us"),
    ],
)
def test_values_are_spelled_as_people_write_them(
    value: int, unit: str, text: str
) -> None:
    assert spelled(value, unit) == text


def test_what_is_allowed_is_spelled_too() -> None:
    assert bounds(Figure(200, "us", "s", "source", 10)) == "+-10 %"
    assert bounds(Figure(200, "us", "s", "source")) == "exact"
    assert bounds(Figure(200, "us", "s", "source", 0, 100, 2000)) == "100 us to 2 ms"
