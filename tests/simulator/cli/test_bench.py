"""The command ``bench``: its table, as JSON, and in the documentation."""

import json
from pathlib import Path

import pytest

from simulator.benchmarks import Measure, Pace
from simulator.benchmarks.live import Figures
from simulator.benchmarks.live.others import Share
from simulator.cli import bench, main
from simulator.live.capabilities import report
from tests.simulator.worlds import path_of

WINDOWS = str(path_of("windows-program-on-linux"))
Captured = pytest.CaptureFixture[str]
FAST = Pace(2e6, 1e6, 8e5)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("simulator.benchmarks.clouds.SIZES", (20, 40))
    monkeypatch.setattr("simulator.benchmarks.clouds.NOISE", 100)
    monkeypatch.setattr(
        "simulator.benchmarks.questions.BARS_MS", {50: 1000.0, 95: 1000.0}
    )
    monkeypatch.setattr(bench, "pace", lambda *_: FAST)


def test_the_table(capsys: Captured) -> None:
    assert main(["bench", WINDOWS, "--variants", "2"]) == 0
    out = capsys.readouterr().out
    rows = [line.split("│")[1:5] for line in out.splitlines() if line[:1] == "│"]
    shown = [[cell.strip() for cell in row] for row in rows]
    assert shown[3] == ["traced events to SimPy's timeouts", "1.25 ratio", ">= 0.6",
                        "yes"]  # fmt: skip
    assert shown[0] == ["engine, untraced", "2.00 million events/s", "", ""]
    assert shown[4][0] == "windows-program-on-linux, 7 arms, p50"
    assert shown[4][2:] == ["", ""]
    assert shown[6][0] == "a question, whichever of these, p50"
    assert shown[6][2:] == ["<= 1000", "yes"]
    assert "0.80 million timeouts per second" in out
    assert "divided by 1.00" in out


def test_a_bar_that_is_missed(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "pace", lambda *_: Pace(2e6, 4e5, 8e5))
    assert main(["bench"]) == 1
    out = capsys.readouterr().out
    assert " NO " in out
    assert "arms" not in out


def test_as_json(capsys: Captured) -> None:
    assert main(["bench", WINDOWS, "--variants", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["slowdown"] == 1.0
    assert len(found["measures"]) == 4 + 2 + 2 + 4
    assert all(measure["met"] for measure in found["measures"])


def test_without_simpy_it_says_so(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "pace", lambda *_: Pace(2e6, 1e6, None))
    assert main(["bench"]) == 0
    assert "SimPy is not installed" in capsys.readouterr().out


def test_the_table_in_a_page(tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "a\n<!-- simulator-bench: begin -->\nold\n<!-- simulator-bench: end -->\nb\n"
    )
    assert main(["bench", "--write", str(page)]) == 0
    assert capsys.readouterr().out == ""
    lines = page.read_text().splitlines()
    assert lines[:2] == ["a", "<!-- simulator-bench: begin -->"]
    assert lines[2].startswith("Simulator ")
    assert lines[4] == "| what | measured | bar | met |"
    assert lines[-2:] == ["<!-- simulator-bench: end -->", "b"]
    assert "old" not in lines


def test_a_page_without_marks(tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    assert main(["bench", "--write", str(page)]) == 2
    assert (
        capsys.readouterr().err == f"{page} has no marks of a simulator-bench table\n"
    )


def test_a_file_that_is_no_scenario(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("- 1\n")
    assert main(["bench", str(path)]) == 2
    assert capsys.readouterr().err == (
        "line 1, column 1: a mapping expected, not a list\n"
    )


def test_live_probes(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- live-bench: begin -->\n<!-- live-bench: end -->\n")
    measure = Measure("ours to crun", 2.0, "ratio", 1.0)
    containers = lambda _report, count: Figures([measure], [f"{count} of bwrap"])  # noqa: E731
    machines = lambda _report, count: Figures([], [f"{count} of QEMU"])  # noqa: E731
    monkeypatch.setattr(bench, "container_figures", containers)
    monkeypatch.setattr(bench, "machine_figures", machines)
    monkeypatch.setattr(Share, "is_crowded", property(lambda _: True))
    assert main(["bench", "--live", "--write", str(page)]) == 1
    assert main(["bench", "--live", "--json"]) == 1
    _, about, _, *table, _ = page.read_text().splitlines()
    assert about.startswith(f"Linux {report().kernel}, ")
    assert about.endswith(
        "cores meanwhile: times mean little, ratios more. "
        "Not measured: 100 of bwrap. Not measured: 50 of QEMU."
    )
    assert table[-1] == "| ours to crun | 2.00 ratio | <= 1 | NO |"
    shown = json.loads(capsys.readouterr().out)
    assert shown["notes"] == ["100 of bwrap", "50 of QEMU"]
    assert [one["met"] for one in shown["measures"]] == [False]
