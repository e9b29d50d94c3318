"""The same guest, run by /dev/kvm and by emulation."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.live.capabilities import report
from simulator.live.vm.emulated import run_emulated
from simulator.live.vm.guest import END, SERIAL, guest
from simulator.live.vm.kvm import run_on_kvm
from simulator.live.vm.life import Life

Monitor = Callable[..., Life]
MONITORS: list[Monitor] = [run_emulated]
if report().of("kvm").available:
    MONITORS.append(run_on_kvm)


def descriptors() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("monitor", MONITORS)
def test_a_guest_boots_and_works(monitor: Monitor) -> None:
    life = monitor(guest(1000), seconds=60)
    assert (life.serial, life.ended) == ("1234", "done")
    assert list(life.stages) == ["real_mode", "long_mode", "user_mode", "work_done"]
    assert list(life.stages.values()) == sorted(life.stages.values())
    assert [(e.reason, e.port) for e in life.exits] == [("io", SERIAL)] * 4 + [
        ("io", END)
    ]


@pytest.mark.parametrize("monitor", MONITORS)
def test_a_crash_is_the_end_of_that_guest_alone(monitor: Monitor) -> None:
    crashed = monitor(guest(1, crashes=True), seconds=60)
    assert (crashed.serial, crashed.ended) == ("12", "shutdown")
    assert monitor(guest(1), seconds=60).ended == "done"


@pytest.mark.parametrize("monitor", MONITORS)
def test_a_guest_that_never_ends_is_stopped(monitor: Monitor) -> None:
    began = time.monotonic()
    life = monitor(guest(10**15), seconds=3)
    assert life.ended == "out of time"
    assert life.serial == "123"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("monitor", MONITORS)
def test_nothing_stays_open(monitor: Monitor) -> None:
    monitor(guest(1), seconds=60)
    before = descriptors()
    monitor(guest(1), seconds=60)
    assert descriptors() == before


def test_another_api_of_kvm_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.ioctl", lambda *_: 11)
    monkeypatch.setattr(os, "open", lambda *_: os.dup(0))
    with pytest.raises(OSError, match="another API than version 12"):
        run_on_kvm(guest(1), seconds=1)


def test_without_an_end_the_stages_are_those_that_were_reached() -> None:
    assert Life().stages == {}
