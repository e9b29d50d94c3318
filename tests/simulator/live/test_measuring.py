"""What is measured on this machine, and what is not."""

import os
from pathlib import Path

import pytest

from simulator import CALIBRATION
from simulator.live import measuring
from simulator.live.binaries.loops import exits, ping_pong, system_calls
from simulator.live.capabilities import Capability, Report, report
from simulator.live.measuring import HostFigure, host_figures
from simulator.live.vm.guest import Guest
from simulator.live.vm.life import Exit, Life
from tests.simulator.live.machine import status_of


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in (("_CALLS", 20_000), ("_ROUNDS", 500), ("_STARTS", 3)):
        monkeypatch.setattr(measuring, name, count)


def test_every_figure_is_measured_or_has_a_reason() -> None:
    found = list(host_figures(report()))
    assert [figure.name for figure in found] == [*measuring.MEASURES]
    for figure in found:
        capability, _ = measuring.MEASURES[figure.name]
        assert figure.reason == report().of(capability).reason
        assert (figure.here is None) is not report().of(capability).available
        assert figure.model == CALIBRATION[figure.name].value
        assert figure.unit == CALIBRATION[figure.name].unit
        assert figure.here is None or figure.here > 0


def test_nothing_is_measured_that_is_not_here() -> None:
    names = {capability for capability, _ in measuring.MEASURES.values()}
    lacking = tuple(Capability(name, False, f"no {name}") for name in names)
    found = list(host_figures(Report("6.1", "x86_64", 0, "", "none", lacking)))
    assert {figure.here for figure in found} == {None}
    assert found[-1].to_json() == {
        "name": "exit_to_user",
        "unit": "ns",
        "model": 7200,
        "here": None,
        "reason": "no kvm",
        "ratio": None,
    }


def test_a_ratio_is_how_many_times_as_much() -> None:
    assert HostFigure("x", "ns", 200, 300, "").ratio == 1.5


def test_the_monitors_exits_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_guest: Guest, *, seconds: float) -> Life:
        return Life(exits=[Exit(at, "io") for at in (10, 12, 15, 19)], ended="done")

    monkeypatch.setattr(measuring, "run_on_kvm", run)
    assert measuring._exit_to_user() == 3000


@pytest.mark.parametrize("content", [exits(), system_calls(5)])
def test_the_programs_come_to_their_end(content: bytes, tmp_path: Path) -> None:
    assert status_of(content, tmp_path) == ("exit", 0)


def test_a_ball_goes_there_and_back() -> None:
    assert measuring._processor_ns(ping_pong(5)) >= 0


def test_a_program_that_fails_measures_nothing() -> None:
    script = b"#!/bin/false\n"
    with pytest.raises(OSError, match="a program of ours ended with 1"):
        measuring._processor_ns(script)


def test_one_processor_is_used_for_a_while() -> None:
    before = os.sched_getaffinity(0)
    with measuring._on_one_processor():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before
