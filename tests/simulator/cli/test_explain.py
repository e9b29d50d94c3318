"""The command ``explain``: the chain of causes, divergences, counterexamples."""

import json
from pathlib import Path

import pytest

from simulator.cli import main
from tests.simulator.worlds import BOOT, document, execute, path_of, text_of

WINDOWS = str(path_of("windows-program-on-linux"))
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def spaced(tmp_path: Path) -> str:
    """A scenario whose claim turns over between the listed values of a parameter."""
    claims = {
        "far": {"text": "far", "expression": "params.n < 4 || params.n > 6"},
        "fine": {"text": "fine", "expression": "runs.a.metrics.kernels == 1"},
    }
    parameters = {"n": {"from": 1, "to": 9, "step": 8}}
    spec = document([*BOOT, execute("app")], claims=claims, parameters=parameters)
    path = tmp_path / "spaced.yaml"
    path.write_text(text_of(spec))
    return str(path)


def test_what_decides_a_claim(capsys: Captured) -> None:
    assert main(["explain", WINDOWS, "answers_enoexec"]) == 0
    lines = capsys.readouterr().out.splitlines()
    params = "arch=x86_64, kernel=5.15, ram_mib=8192, program_ram_mib=40"
    assert lines[:4] == [
        f"answers_enoexec holds in variant {params}",
        "execve answers ENOEXEC, because no binary loader takes the file",
        "",
        "as_it_is:",
    ]
    assert lines[4].endswith("operator exec app asked")
    assert "execve /srv/app.exe failed ENOEXEC (8)" in lines[5]
    assert lines[5].endswith("  (because of #11)")
    assert len(lines) == 6


def test_the_arms_of_another_option(capsys: Captured) -> None:
    words = ["explain", WINDOWS, "wine_works", "--beside", "answers_enoexec"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3] == (
        "The first event where registered_wine and as_it_is differ and it matters:"
    )
    assert lines[-2].startswith("  registered_wine: #16 ")
    assert lines[-1].startswith("  as_it_is: #12 ")


def test_an_event_that_one_arm_does_not_have(capsys: Captured) -> None:
    words = ["explain", WINDOWS, "container_works", "--beside", "vm_works"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("container_works does not hold in variant ")
    assert lines[-1] == "  windows_vm: no such event"


def test_another_variant_and_another_simulator(capsys: Captured) -> None:
    change = "kernel.linux.loaders=misc,script,elf,pe"
    words = ["explain", WINDOWS, "answers_enoexec", "--seed", "23"]
    assert main([*words, "--mechanism", change, "--set", "arch=aarch64"]) == 0
    out = capsys.readouterr().out
    assert "answers_enoexec does not hold in variant arch=aarch64, kernel=6.12" in out


def test_as_json(capsys: Captured) -> None:
    words = ["explain", WINDOWS, "wine_works", "--beside", "container_works", "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["claim"], found["holds"]) == ("wine_works", True)
    assert [entry["arm"] for entry in found["chain"]] == ["registered_wine"] * 2
    assert found["chain"][1]["event"]["action"] == "execve"
    (divergence,) = found["divergences"]
    assert divergence["arms"] == ["registered_wine", "in_a_container"]
    shown = [(e["action"], e["outcome"]) for e in divergence["events"]]
    assert shown == [("execve", "ok"), ("execve", "failed")]


def test_a_counterexample(spaced: str, capsys: Captured) -> None:
    assert main(["explain", spaced, "far", "--counterexample"]) == 1
    assert capsys.readouterr().out == (
        "far does not hold in variant n=5, which the scenario does not list\n"
    )
    assert main(["explain", spaced, "far", "--counterexample", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "counterexample": {
            "claim": "far",
            "holds": False,
            "params": {"n": 5},
            "is_listed": False,
        },
        "tried": 3,
        "is_complete": False,
    }


def test_a_listed_counterexample_beside_another_claim(
    tmp_path: Path, capsys: Captured
) -> None:
    claims = {
        "up": {"text": "t", "expression": "runs.a.metrics.kernels == 1"},
        "two": {"text": "t", "expression": "params.n == 2"},
    }
    path = tmp_path / "listed.yaml"
    path.write_text(text_of(document(claims=claims, parameters={"n": [1, 2]})))
    words = ["explain", str(path), "up", "--counterexample"]
    assert main(words) == 0
    assert capsys.readouterr().out == (
        "no counterexample in 2 variants: all there are\n"
    )
    assert main([*words, "--beside", "two"]) == 1
    assert capsys.readouterr().out == "two holds in variant n=2\n"


def test_a_search_that_was_stopped(
    spaced: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.explaining.CPU_MS", -1)
    words = ["explain", spaced, "fine", "--counterexample"]
    assert main(words) == 0
    assert capsys.readouterr().out == (
        "no counterexample in 0 variants: the search stopped there\n"
    )
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counterexample"] is None


@pytest.mark.parametrize("more", [[], ["--counterexample"], ["--json"]])
def test_a_claim_that_is_not_there(more: list[str], capsys: Captured) -> None:
    assert main(["explain", WINDOWS, "wine_work", *more]) == 2
    assert capsys.readouterr().err == (
        f"{WINDOWS}: there is no claim 'wine_work'; did you mean wine_works?\n"
    )
    assert main(["explain", WINDOWS, "wine_works", "--beside", "x", *more]) == 2
    assert "there is no claim 'x'" in capsys.readouterr().err
