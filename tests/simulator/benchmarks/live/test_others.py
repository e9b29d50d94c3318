"""Processor time that others took."""

import os
from itertools import count
from pathlib import Path

import pytest

from simulator.benchmarks.live import cores_of_others, others


@pytest.mark.parametrize(
    ("busy", "own", "cores"), [(5, 1, 0.4), (1, 1, 0.0), (1, 2, 0.0)]
)
def test_the_machine_but_for_us(
    busy: int, own: int, cores: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds, in which the machine was busy for some and we for others."""
    ticks, seconds = count(0, busy * 100), count(0, own)
    times = lambda: os.times_result((next(seconds), 0, 0, 0, 0))  # noqa: E731
    line = lambda _: f"cpu  {next(ticks)} 0 0 70 80 0 0 0\ncpu0 1"  # noqa: E731
    monkeypatch.setattr(Path, "read_text", line)
    monkeypatch.setattr(os, "times", times)
    monkeypatch.setattr(os, "sysconf", lambda _: 100)
    monkeypatch.setattr(others.time, "monotonic", count(0, 10).__next__)
    with cores_of_others() as share:
        pass
    assert share.cores == cores
    assert share.is_crowded is (cores > 0.1)
