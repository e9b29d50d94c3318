"""The command ``live``: a table of probes, as JSON, and its exit status."""

import json

import pytest

from simulator.cli import live, main
from simulator.live.fidelity import Comparison, Duration, Examination
from simulator.live.probes import NAMES, probe

Captured = pytest.CaptureFixture[str]
FORMATS = list(probe("formats").claims)


def row(claim: str, *, holds: bool | None = True, reason: str = "") -> Comparison:
    return Comparison("probe-formats", claim, model=True, live=holds, reason=reason)


def seen(*rows: Comparison) -> Examination:
    return Examination(rows, (Duration("exec", 100, 150),))


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def showing(monkeypatch: pytest.MonkeyPatch, *rows: Comparison) -> list[list[str]]:
    """Let the kernel show this; return the scenarios that it will be asked about."""
    asked: list[list[str]] = []

    def examined(scenarios: object, _report: object, *, say: object) -> Examination:
        asked.append([entry.key for entry in scenarios])  # type: ignore[attr-defined]
        return seen(*rows)

    monkeypatch.setattr(live, "examine_all", examined)
    return asked


def test_what_cannot_be_asked_has_a_reason(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(FORMATS[0]), row(FORMATS[1], holds=None, reason="not here")]
    asked = showing(monkeypatch, *rows)
    assert main(["live"]) == 0
    assert asked == [[f"probe-{name}" for name in (*NAMES, "guests")]]
    out = capsys.readouterr().out
    assert "kernel: " in out
    assert "containers" in out
    lines = [line for line in out.splitlines() if line.startswith("│ formats")]
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
    assert [line[2:] for line in cells if len(line) == 5] == [
        ["yes", "yes", ""],
        ["yes", "-", "not here"],
    ]
    assert "1 of 1 claims agree; 1 cannot be judged here" in out


def test_a_kernel_that_shows_something_else(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = showing(monkeypatch, row(FORMATS[0], holds=False))
    assert main(["live", "formats", "guests", "--json"]) == 1
    assert asked == [["probe-formats", "probe-guests"]]
    found = json.loads(capsys.readouterr().out)
    assert (found["judged"], found["agree"]) == (1, 0)
    assert found["host"]["kernel"] == found["kernel"]
    assert {entry["name"] for entry in found["capabilities"]} >= {"exec", "kvm"}


def test_a_probe_that_there_is_not(capsys: Captured) -> None:
    assert main(["live", "weather"]) == 2
    assert "there is no probe 'weather'; there are: formats" in capsys.readouterr().err


def test_this_kernel_is_asked_indeed(capsys: Captured) -> None:
    assert main(["live", "network"]) == 0
    assert "claims agree" in capsys.readouterr().out
