"""The command line: what it prints, its exit status, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import SIMULATOR_VERSION, __main__
from simulator.cli import main
from tests.simulator.worlds import (
    BOOT,
    document,
    execute,
    install,
    path_of,
    text_of,
)
from tests.source_code import ROOT

WINDOWS = str(path_of("windows-program-on-linux"))
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def small(tmp_path: Path) -> str:
    spec = document(
        [*BOOT, install("app"), execute("app")],
        parameters={"on": [True, False], "n": [1, 2]},
        claims={
            "up": {"text": "[/b] it runs", "expression": "params.on && runs.a != null"},
            "down": {"text": "never", "expression": "runs.a.metrics.kernels == 9"},
        },
        obligations=[
            {"key": "o", "choose": 1, "options": [{"key": "a", "claim": "up"}]}
        ],
    )
    path = tmp_path / "small.yaml"
    path.write_text(text_of(spec))
    return str(path)


def test_run_shows_every_arm_and_every_claim(capsys: Captured) -> None:
    assert main(["run", WINDOWS]) == 0
    out = capsys.readouterr().out
    assert "as_it_is: The program is started as it is" in out
    assert "windows_vm: The program runs in a virtual machine" in out
    assert "ENOEXEC" in out
    assert "claims in variant arch=x86_64, kernel=5.15, ram_mib=8192" in out


def test_run_shows_one_arm(capsys: Captured) -> None:
    assert main(["run", WINDOWS, "--arm", "more_ram"]) == 0
    out = capsys.readouterr().out
    assert ("more_ram: " in out, "as_it_is: " in out) == (True, False)


def test_run_as_json(capsys: Captured) -> None:
    assert main(["run", WINDOWS, "--json", "--arm", "as_it_is", "--seed", "3"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [run["arm"] for run in found["runs"]] == ["as_it_is"]
    assert found["runs"][0]["seed"] == 3
    assert found["claims"]["answers_enoexec"] is True


def test_parameters_can_be_set(small: str, capsys: Captured) -> None:
    assert main(["run", small, "--json", "--set", "on=false", "--set", "n=2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"][0]["params"] == {"on": False, "n": 2}
    assert found["claims"] == {"up": False, "down": False}


def test_text_that_looks_like_markup_is_shown_as_it_is(
    small: str, capsys: Captured
) -> None:
    assert main(["run", small]) == 0
    out = capsys.readouterr().out
    assert "[/b] it runs" in out
    assert "claims in variant on=true, n=1" in out


def test_a_proof_that_holds(capsys: Captured) -> None:
    assert main(["prove", WINDOWS]) == 0
    out = capsys.readouterr().out
    assert out.count("proved\n") == 2
    assert "what-execve-answers: 1 of 4 options" in out
    assert "24 of 24" in out


def test_a_proof_that_fails(small: str, capsys: Captured) -> None:
    assert main(["prove", small]) == 1
    out = capsys.readouterr().out
    assert "2 of 4" in out
    assert "not proved: 4 failures; the first, at seed 2:" in out
    assert "option a (claim up) does not hold: 0 options hold (none), not 1" in out
    assert "  a: #" in out


def test_a_proof_that_only_the_whole_refutes(small: str, capsys: Captured) -> None:
    text = Path(small).read_text()
    options = "  - key: a\n    claim: up\n"
    assert options in text
    twice = "  - {key: a, claim: up, refuted_by: down}\n"
    twice += "  - {key: b, claim: up, refuted_by: down}\n"
    text = text.replace(options, twice).replace("choose: 1", "choose: 2")
    text = text.replace("params.on &&", "")
    Path(small).write_text(text)
    assert main(["prove", small]) == 1
    out = capsys.readouterr().out
    assert "not proved: 1 failures; the first, in all variants:" in out
    assert "options a and b are the same claim" in out


@pytest.mark.parametrize(("file", "status"), [(WINDOWS, 0), ("small", 1)])
def test_a_proof_as_json(file: str, status: int, small: str, capsys: Captured) -> None:
    path = small if file == "small" else file
    assert main(["prove", path, "--json"]) == status
    reports = json.loads(capsys.readouterr().out)
    assert {report["holds"] for report in reports} == {status == 0}
    assert {report["simulator_version"] for report in reports} == {SIMULATOR_VERSION}
    assert len(reports[0]["matrix"]) == (24 if status == 0 else 4)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--arm", "b"], "there is no arm 'b'; one of: a"),
        (["--set", "n"], "--set n: give NAME=VALUE; parameters: on, n"),
        (["--set", "m=1"], "--set m=1: give NAME=VALUE; parameters: on, n"),
        (["--set", "n=3"], "--set n=3: n is one of 1, 2"),
        (["--set", "on=True"], "--set on=True: on is one of true, false"),
    ],
)
def test_wrong_words(small: str, words: list[str], says: str, capsys: Captured) -> None:
    assert main(["run", small, *words]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{small}: {says}\n")


def test_a_scenario_without_parameters_takes_none(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text(text_of(document()))
    assert main(["run", str(path), "--set", "n=1"]) == 2
    assert capsys.readouterr().err.endswith("parameters: none\n")
    assert main(["prove", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"{path}: scenario small declares no obligation to prove\n"
    )
    assert main(["run", str(path)]) == 0
    assert "claims in variant -" in capsys.readouterr().out


def test_problems_of_a_file_are_listed(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("key: [/b]\nworld: 5\n")
    for command in ("run", "prove"):
        assert main([command, str(path)]) == 2
        lines = capsys.readouterr().err.splitlines()
        place = f"{path}: line 2, column 8 at world: a mapping expected, not a whole"
        assert [line for line in lines if line.startswith(place)] != []
        assert lines[0] == f"{path}: line 1, column 1: the key 'arms' is missing"
        assert len(lines) == 5


def test_a_claim_that_cannot_be_decided(tmp_path: Path, capsys: Captured) -> None:
    claim = {"text": "t", "expression": "runs.a.metrics.x == 1"}
    path = tmp_path / "claim.yaml"
    path.write_text(text_of(document(claims={"c": claim})))
    assert main(["run", str(path)]) == 2
    assert capsys.readouterr().err == f"{path}: claim c: KeyError: 'x'\n"


@pytest.mark.parametrize("command", ["run", "prove"])
def test_files_that_cannot_be_read(
    command: str, tmp_path: Path, capsys: Captured
) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)) * 10)
    nul = tmp_path / "nul"
    nul.write_bytes(b"\0" * 100)
    empty = tmp_path / "empty"
    empty.touch()
    missing = tmp_path / "missing"
    for path in (binary, nul, empty, missing, tmp_path, Path("/proc/self/mem")):
        assert main([command, str(path)]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith(f"{path}: ")
        assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    "words", [[], ["walk", "x"], ["run"], ["run", "x", "--seed", "y"], ["--what"]]
)
def test_words_that_are_no_command(words: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: python -m simulator" in capsys.readouterr().err


def test_the_entry_point_is_the_command_line() -> None:
    assert __main__.main is main


def test_the_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"{SIMULATOR_VERSION}\n"


def test_an_interruption(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.cli.run.evaluate", interrupt)
    assert main(["run", WINDOWS]) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("words", "status"), [(["prove", WINDOWS], 0), (["run", "/nothing"], 2)]
)
def test_the_module_can_be_run(words: list[str], status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *words],
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
