"""The command ``prove`` over several files, some variants, an altered simulator."""

import json
from pathlib import Path

import pytest

from simulator.cli import main
from tests.simulator.worlds import document, path_of, text_of

WINDOWS = str(path_of("windows-program-on-linux"))
SHARED = str(path_of("what-containers-share"))
Captured = pytest.CaptureFixture[str]
NO_LOADERS = ["--mechanism", "kernel.linux.loaders="]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def rows(out: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in out.splitlines()
        if line.startswith("│")
    ]


def test_several_files(capsys: Captured) -> None:
    assert main(["prove", WINDOWS, SHARED, "--seed", "0", "--seed", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("3 of 3 obligations hold")
    assert [(row[0], row[2], row[4]) for row in rows(out)] == [
        ("windows-program-on-linux.yaml", "2", "yes"),
        ("windows-program-on-linux.yaml", "2", "yes"),
        ("what-containers-share.yaml", "2", "yes"),
    ]


def test_one_of_several_fails(capsys: Captured) -> None:
    assert main(["prove", WINDOWS, SHARED, "--seed", "0", *NO_LOADERS]) == 1
    out = capsys.readouterr().out
    assert "NO" in {row[4] for row in rows(out)}
    assert f"{WINDOWS}: which-change-makes-it-work\nnot proved: " in out


def test_one_of_several_cannot_be_read(tmp_path: Path, capsys: Captured) -> None:
    bad, plain = tmp_path / "bad.yaml", tmp_path / "plain.yaml"
    bad.write_text("key: 1\n")
    plain.write_text(text_of(document()))
    missing = str(tmp_path / "missing.yaml")
    files = [str(bad), str(plain), missing, WINDOWS]
    assert main(["prove", *files, "--seed", "0"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("2 of 2 obligations hold")
    lines = captured.err.splitlines()
    assert lines[0] == f"{bad}: line 1, column 1: the key 'arms' is missing"
    assert f"{plain}: scenario small declares no obligation to prove" in lines
    assert lines[-1].startswith(f"{missing}: ")


def test_several_as_json(capsys: Captured) -> None:
    words = ["prove", WINDOWS, SHARED, "--json", "--seed", "5", *NO_LOADERS]
    assert main(words) == 1
    found = json.loads(capsys.readouterr().out)
    assert [report["file"] for report in found] == [WINDOWS, WINDOWS, SHARED]
    assert {len(report["matrix"]) for report in found} == {1}
    assert {report["matrix"][0]["seed"] for report in found} == {5}
    assert all("+altered." in report["simulator_version"] for report in found)


def test_a_change_that_is_none(capsys: Captured) -> None:
    assert main(["prove", WINDOWS, "--mechanism", "x=1"]) == 2
    assert capsys.readouterr().err == "there is no mechanism 'x'\n"
