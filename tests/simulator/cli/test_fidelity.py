"""The command ``fidelity``: its tables, JSON, page, and what has drifted."""

import json
from pathlib import Path

import pytest

from simulator.cli import fidelity, main
from simulator.live.capabilities import report
from simulator.live.probes import NAMES
from simulator.live.records import recorded
from tests.simulator.cli.test_live import row, seen
from tests.simulator.worlds import path_of

Captured = pytest.CaptureFixture[str]
WINDOWS = "windows-program-on-linux"
FILE = str(path_of(WINDOWS))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A kernel that shows one claim as the model has it; whom it is asked about."""
    monkeypatch.setenv("COLUMNS", "200")
    keys: list[str] = []

    def examined(scenarios: object, _report: object, *, say: object) -> object:
        keys.extend(entry.key for entry in scenarios)  # type: ignore[attr-defined]
        return seen(row("native_runs"), row("other", holds=None, reason="why"))

    monkeypatch.setattr(fidelity, "examine_all", examined)
    return keys


def test_the_tables(asked: list[str], capsys: Captured) -> None:
    assert main(["fidelity", FILE]) == 0
    assert asked == [WINDOWS]
    out = capsys.readouterr().out
    assert "1 of 1 claims agree; 1 cannot be judged here" in out
    lines = [line for line in out.splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
    assert cells == [
        ["probe-formats", "native_runs", "yes", "yes"],
        ["exec", "1", "0.100", "0.150", "1.500"],
    ]


@pytest.mark.parametrize("words", [[], ["--probes", FILE]])
def test_the_built_in_scenarios(words: list[str], asked: list[str]) -> None:
    assert main(["fidelity", *words, "--json"]) == 0
    built_in = [f"probe-{name}" for name in (*NAMES, "guests")]
    assert asked == [*built_in, *([WINDOWS] if words else [])]


def test_a_page_is_written_and_held_against(
    asked: list[str], capsys: Captured, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n")
    release = report().kernel
    assert main(["fidelity", FILE, "--write", str(page)]) == 0
    claim = ("probe-formats", "native_runs")
    assert recorded(page.read_text()) == {release: {claim: True}}
    assert main(["fidelity", FILE, "--against", str(page), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["drifts"] == []
    page.write_text(page.read_text().replace("| yes | yes |", "| yes | no |"))
    assert main(["fidelity", FILE, "--against", str(page)]) == 1
    said = "probe-formats: native_runs was no, is yes"
    assert said in capsys.readouterr().out
    assert len(asked) == 3


def test_a_page_of_other_kernels_says_nothing(asked: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n")
    assert main(["fidelity", FILE, "--against", str(page), "--json"]) == 0
    assert asked == [WINDOWS]


def test_as_json(asked: list[str], capsys: Captured) -> None:
    assert main(["fidelity", FILE, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["judged"], found["agree"], len(found["claims"])) == (1, 1, 2)
    assert found["durations"][0]["ratio"] == 1.5
    assert found["host"]["kernel"] == report().kernel
    assert asked == [WINDOWS]


def test_guests_need_scenarios(capsys: Captured) -> None:
    assert main(["fidelity", "--guest"]) == 2
    assert "name the scenarios" in capsys.readouterr().err
