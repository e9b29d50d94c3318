"""`diagram`: a drawing on standard output or in a file."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulator import draw_timeline, draw_topology, run_arm
from simulator.cli import main
from simulator.drawing import DRAWINGS
from tests.simulator.worlds import fixture, path_of

KEY = "windows-program-on-linux"
WINDOWS = str(path_of(KEY))
Captured = pytest.CaptureFixture[str]


def test_the_first_arm_is_drawn_as_a_topology(capsys: Captured) -> None:
    assert main(["diagram", WINDOWS]) == 0
    scenario = fixture(KEY)
    run = run_arm(scenario, "as_it_is", scenario.variant(0))
    assert capsys.readouterr().out == draw_topology(run) + "\n"


def test_an_arm_of_a_variant_is_written_to_a_file(
    capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "timeline.svg"
    words = [
        "--arm",
        "windows_vm",
        "--seed",
        "5",
        "--kind",
        "timeline",
        "-o",
        str(file),
    ]
    assert main(["diagram", WINDOWS, *words]) == 0
    assert capsys.readouterr().out == ""
    scenario = fixture(KEY)
    run = run_arm(scenario, "windows_vm", scenario.variant(5), seed=5)
    assert file.read_text(encoding="utf-8") == draw_timeline(run) + "\n"


@pytest.mark.parametrize("kind", DRAWINGS)
def test_each_kind_can_be_asked_for(kind: str, capsys: Captured) -> None:
    assert main(["diagram", WINDOWS, "--kind", kind, "--arm", "in_a_container"]) == 0
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314
    assert root.get("role") == "img"


def test_an_arm_that_is_not_there(capsys: Captured) -> None:
    assert main(["diagram", WINDOWS, "--arm", "nope"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, "nope" in captured.err) == ("", True)


def test_a_file_that_cannot_be_written(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "x.svg"
    assert main(["diagram", WINDOWS, "-o", str(file)]) == 2
    assert "No such file" in capsys.readouterr().err
