"""``calibrate``: the table on the terminal, as JSON and in the documentation."""

import json
from pathlib import Path

import pytest

from simulator import CALIBRATION, altered
from simulator.cli import calibrate, main
from simulator.cli.calibrate import markdown
from simulator.experiments import results
from simulator.live.measuring import HostFigure
from tests.simulator.sessions import CALIBRATION as PAGE

Captured = pytest.CaptureFixture[str]
MARKED = "before\n<!-- calibration: begin -->\n{}<!-- calibration: end -->\nafter\n"


def test_the_table_names_every_row(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    assert main(["calibrate"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in CALIBRATION if f" {name} " not in shown] == []
    assert " NO " not in shown


def test_json_has_every_row(capsys: Captured) -> None:
    assert main(["calibrate", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows == [result.to_json() for result in results()]


def test_a_model_that_is_off_exits_with_1(capsys: Captured) -> None:
    with altered({"vm.assist": "emulation"}):
        assert main(["calibrate", "--json"]) == 1
        rows = json.loads(capsys.readouterr().out)
        assert "| NO |" in markdown(results())
    assert "assisted_cpu" in [row["figure"] for row in rows if not row["within"]]


def test_a_row_that_is_off_is_marked(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    with altered({"vm.assist": "emulation"}):
        assert main(["calibrate"]) == 1
    assert " NO " in capsys.readouterr().out


def test_the_table_is_written_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(MARKED.format("old\n"))
    assert main(["calibrate", "--write", str(page)]) == 0
    assert page.read_text() == MARKED.format(markdown(results()))


def test_a_page_without_marks_stays_as_it_is(tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    assert main(["calibrate", "--write", str(page)]) == 2
    assert page.read_text() == "nothing\n"
    assert "no marks of a calibration table" in capsys.readouterr().err


def test_the_documentation_shows_the_table_of_today() -> None:
    assert markdown(results()) in PAGE.read_text(encoding="utf-8")


@pytest.fixture
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (
        HostFigure("system_call", "ns", 171, 342, ""),
        HostFigure("exit_to_user", "ns", 7200, None, "there is no /dev/kvm"),
    )
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(calibrate, "host_figures", lambda _report: found)


@pytest.mark.usefixtures("_measured")
def test_this_machine_beside_the_model(capsys: Captured) -> None:
    assert main(["calibrate", "--host"]) == 0
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
    assert cells == [
        ["system_call", "171 ns", "342 ns", "2.00", ""],
        ["exit_to_user", "7.2 us", "-", "-", "there is no /dev/kvm"],
    ]
    assert "processor: " in out


@pytest.mark.usefixtures("_measured")
def test_this_machine_as_json_and_in_a_page(capsys: Captured, tmp_path: Path) -> None:
    assert main(["calibrate", "--host", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [figure["ratio"] for figure in found["figures"]] == [2.0, None]
    page = tmp_path / "page.md"
    marks = "<!-- calibration-host: begin -->\n{}<!-- calibration-host: end -->\n"
    page.write_text(marks.format("old\n"))
    assert main(["calibrate", "--host", "--write", str(page)]) == 0
    assert "| system_call | 171 ns | 342 ns | 2.00 |  |" in page.read_text()
    assert "old" not in page.read_text()
