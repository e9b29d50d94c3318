"""Limits of cgroups, held against what was measured; each row looks at the model."""

import pytest

from simulator import altered
from simulator.experiments import EXPERIMENTS
from simulator.experiments.limits import (
    cpu_period,
    cpu_quota,
    cpu_throttled,
    cpu_weights,
    memory_high_excess,
    memory_max_kills,
    memory_max_status,
)
from simulator.experiments.results import result_of


def test_what_the_model_gives() -> None:
    assert memory_max_status() == 137
    assert memory_max_kills() == 1
    assert cpu_period() == 100_000
    assert cpu_throttled() == 1_000
    assert cpu_quota() == 250
    assert 1_990 <= cpu_weights() <= 2_010


def test_the_excess_is_near_the_one_that_was_measured() -> None:
    assert 120 <= memory_high_excess() <= 160


@pytest.mark.parametrize(
    ("name", "mechanism", "value"),
    [
        ("memory_high_excess", "cgroup.memory_high", "off"),
        ("memory_max_status", "cgroup.memory_max", "refuse"),
        ("cpu_weights", "cpu.scheduler", "equal"),
    ],
)
def test_a_mechanism_that_is_changed_is_seen(
    name: str, mechanism: str, value: str
) -> None:
    with altered({mechanism: value}):
        assert result_of(name, EXPERIMENTS[name]()).within is False
    assert result_of(name, EXPERIMENTS[name]()).within is True
