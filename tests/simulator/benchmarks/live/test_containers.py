"""Containers of ours beside those of other tools, or of stand-ins for them."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.benchmarks.live import container_figures
from simulator.live.capabilities import Capability, report
from tests.simulator.benchmarks.live.tools import put_on_path

WITHOUT = replace(
    report(), capabilities=(Capability("containers", False, "no namespaces"),)
)


def test_all_ways_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path, monkeypatch, crun="echo 1", bwrap="echo broken >&2; exit 1")
    figures = container_figures(report(), count=3, rounds=2)
    assert figures.notes == ["bwrap: broken"]
    assert [(m.name.removeprefix("container start, "), m.bar)
            for m in figures.measures if m.name.endswith("p50")] == [
        ("ours, p50", None),
        ("fork and execve, p50", None),
        ("crun, p50", None),
        ("ours to fork and execve, p50", None),
        ("ours to crun, p50", 1.0),
        ("ours in a sandbox made for it, to the end of both, p50", None),
    ]  # fmt: skip
    assert all(measure.value > 0 for measure in figures.measures)


def test_a_machine_without_containers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path, monkeypatch)
    figures = container_figures(WITHOUT, count=1, rounds=1)
    assert figures.notes == [
        "containers of ours: no namespaces",
        "crun: not found on PATH (package crun)",
        "bwrap: not found on PATH (package bubblewrap)",
    ]
    assert [measure.name for measure in figures.measures] == [
        "container start, fork and execve, p50",
        "container start, fork and execve, p95",
    ]
