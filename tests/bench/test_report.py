"""The bench's table and where it goes."""

from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.report import BEGIN, END
from tests.bench.run import Row
from tests.trial.stack import TrialError

ROWS = [
    Row("backlog", "2500 graded/s", "1000 no-ops/s", "2.50", ">= 2", met=True),
    Row("page", "9 ms", "2 ms", "4.50", "<= 3", met=False, others=0.25),
    Row("told only", "3 ms"),
]


def test_the_table() -> None:
    lines = report.table(ROWS).splitlines()
    assert len({len(line) for line in lines}) == 1
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0][-2:] == ["met", "others' cores"]
    assert cells[2] == [
        *("backlog", "2500 graded/s", "1000 no-ops/s", "2.50", ">= 2", "yes", "0.00")
    ]
    assert [line[5] for line in cells[2:]] == ["yes", "NO", ""]
    assert cells[3][-1] == "0.25"


def test_a_busy_machine_is_told() -> None:
    assert "up to 0.2 cores meanwhile: trust the ratios" in report.conditions(ROWS)
    assert "The machine was quiet." in report.conditions(ROWS[:1])


def test_it_is_written_between_the_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification = tmp_path / "specification.md"
    monkeypatch.setattr(report, "SPECIFICATION", specification)
    specification.write_text(f"before\n{BEGIN}\nstale\n{END}\nafter\n")
    for _ in range(2):  # writing again replaces
        report.write(ROWS)
        text = specification.read_text()
        assert text.startswith(f"before\n{BEGIN}\nMeasured on ")
        assert text.endswith(f"|\n{END}\nafter\n")
        assert "stale" not in text
        assert text.count("2500 graded/s") == 1


def test_without_marks_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification = tmp_path / "specification.md"
    monkeypatch.setattr(report, "SPECIFICATION", specification)
    specification.write_text("no marks")
    with pytest.raises(TrialError, match="lacks the marks"):
        report.write(ROWS)
    assert specification.read_text() == "no marks"


def test_the_repository_s_specification_has_the_marks() -> None:
    text = report.SPECIFICATION.read_text()
    assert text.index(BEGIN) < text.index(END)
