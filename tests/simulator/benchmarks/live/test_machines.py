"""Virtual machines of ours beside QEMU's, or a stand-in's."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.benchmarks.live import machine_figures, machines
from simulator.live.capabilities import Capability, report
from simulator.live.vm.emulated import run_emulated
from tests.simulator.benchmarks.live.tools import put_on_path

CAPABILITIES = (
    Capability("kvm", False, "no /dev/kvm"),
    Capability("emulation", True, ""),
)
HERE = replace(report(), capabilities=CAPABILITIES)


def test_qemu_beside_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path, monkeypatch, **{"qemu-system-x86_64": "echo 1"})
    figures = machine_figures(HERE, count=3, rounds=2)
    assert figures.notes == ["kvm: no /dev/kvm"]
    assert [(m.name, m.bar) for m in figures.measures if m.name.endswith("p95")] == [
        ("machine to first output, tcg, ours, p95", None),
        ("machine to first output, tcg, qemu-system-x86_64, p95", None),
        ("machine to first output, tcg, ours to qemu-system-x86_64, p95", 1.0),
    ]
    assert all(measure.value > 0 for measure in figures.measures)


def test_without_qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(tmp_path, monkeypatch)
    ways = {"kvm": ("emulation", run_emulated), "tcg": ("emulation", run_emulated)}
    monkeypatch.setattr(machines, "WAYS", ways)
    figures = machine_figures(HERE, count=1, rounds=1)
    assert figures.notes == [
        "qemu-system-x86_64: not found on PATH (package qemu-system-x86)"
    ]
    assert len(figures.measures) == 4
