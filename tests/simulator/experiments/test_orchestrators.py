"""The experiments with an orchestrator, and what they would show in another model."""

import pytest

from simulator import CALIBRATION, altered
from simulator.experiments.orchestrators import EXPERIMENTS, RUNS_S, SECOND
from simulator.experiments.results import result_of


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_the_model_waits_as_the_book_says_to_the_second(name: str) -> None:
    result = result_of(name, EXPERIMENTS[name]())
    assert result.model == CALIBRATION[name].value
    assert result.within


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("restart_wait", True),
        ("restart_wait_sixth", False),
        ("restart_wait_longest", False),
    ],
)
def test_even_waits_would_be_seen(name: str, waits: bool) -> None:
    with altered({"orchestrator.backoff": "constant"}):
        assert result_of(name, EXPERIMENTS[name]()).within is waits


def test_the_rows_are_exact() -> None:
    for name in EXPERIMENTS:
        row = CALIBRATION[name]
        assert row.bounds == (row.value, row.value)
        assert row.unit == "us"
        assert row.read == "source"


def test_the_reset_is_found_between_runs_that_are_too_short_and_long_enough() -> None:
    limit = CALIBRATION["restart_reset"].value // SECOND
    assert min(RUNS_S) < limit < max(RUNS_S)
    assert limit in RUNS_S
    assert limit - 1 in RUNS_S
