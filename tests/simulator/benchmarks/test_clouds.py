"""How the time of a warehouse grows with its size."""

import pytest

from simulator.benchmarks import cloud_measures, clouds


def test_growth_is_a_share_of_n_log_n(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clouds, "SIZES", (20, 200))
    found = {measure.name: measure for measure in cloud_measures()}
    assert list(found) == [
        "cloud of 20 servers, an hour",
        "cloud of 200 servers, an hour",
        "growth of steps from 20 to 200 servers, to n log n",
        "growth of time from 20 to 200 servers, to n log n",
    ]
    steps = found["growth of steps from 20 to 200 servers, to n log n"]
    assert steps.met
    assert 0.5 < steps.value <= 1
    again = {measure.name: measure for measure in cloud_measures()}
    assert again[steps.name] == steps


def test_times_are_divided_by_the_slowdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clouds, "SIZES", (20, 200))
    ticks = iter(range(100))
    monkeypatch.setattr(clouds, "thread_time", lambda: float(next(ticks)))
    found = cloud_measures(slowdown=4.0)
    assert [measure.value for measure in found[:2]] == [0.25, 0.25]
