"""The command ``diff``: arms, variants or simulators side by side."""

import json

import pytest

from simulator.cli import main
from tests.simulator.worlds import path_of

WINDOWS = str(path_of("windows-program-on-linux"))
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def difference(capsys: Captured, *words: str) -> str:
    assert main(["diff", WINDOWS, *words]) == 1
    return capsys.readouterr().out


def test_two_arms(capsys: Captured) -> None:
    out = difference(capsys, "--arm", "as_it_is", "--arm", "registered_wine")
    assert "7 events differ" in out
    row = next(line for line in out.splitlines() if "ENOEXEC" in line)
    assert "execve /srv/app.exe ok" in row
    assert any(
        line.split("│")[1:4] == [f" {'metrics.served':<49} ", " 0        ",
                                 " 100             "]
        for line in out.splitlines()
    )  # fmt: skip


def test_arms_that_do_the_same(capsys: Captured) -> None:
    words = ["--arm", "as_it_is", "--arm", "as_it_is"]
    assert main(["diff", WINDOWS, *words]) == 0
    assert capsys.readouterr().out == "no difference\n"
    assert main(["diff", WINDOWS, *words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "same": True,
        "events": [],
        "moved": 0,
        "figures": [],
    }


def test_two_variants(capsys: Captured) -> None:
    out = difference(capsys, "--arm", "registered_wine", "--seed", "0", "--seed", "1")
    assert "seed 0" in out
    assert "seed 1" in out
    assert "more events at other times" in out


def test_two_simulators(capsys: Captured) -> None:
    change = "kernel.linux.loaders=misc,script,elf,pe"
    out = difference(capsys, "--mechanism", change)
    assert "as it is" in out
    assert change in out
    assert "observation.programs.app.errno_name" in out


def test_a_word_as_another_simulator(capsys: Captured) -> None:
    out = difference(
        capsys, "--arm", "in_a_container", "--mechanism", "container.kernel=own"
    )
    assert "container.kernel=own" in out
    assert "container box-1" not in out


def test_a_part_of_the_world_is_named(capsys: Captured) -> None:
    out = difference(capsys, "--arm", "as_it_is", "--arm", "windows_vm")
    rows = [line for line in out.splitlines() if "hypervisor kvm" in line]
    assert len(rows) == 1


def test_as_json(capsys: Captured) -> None:
    out = difference(capsys, "--arm", "as_it_is", "--arm", "registered_wine", "--json")
    found = json.loads(out)
    assert (found["same"], len(found["events"])) == (False, 7)
    first, second = found["events"][0]
    assert (first, second["action"]) == (None, "install")
    assert {"path": "metrics.served", "values": [0, 100]} in found["figures"]


def test_long_tables_are_cut(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.cli.diff._SHOWN", 2)
    out = difference(capsys, "--arm", "as_it_is", "--arm", "registered_wine")
    assert "and 5 more, see --json" in out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--arm", "as_it_is"],
        ["--arm", "a", "--arm", "b", "--seed", "1", "--seed", "2"],
        ["--arm", "a", "--arm", "b", "--arm", "c"],
        ["--seed", "1", "--seed", "2", "--mechanism", "container.kernel=own"],
    ],
)
def test_exactly_one_thing_is_compared(words: list[str], capsys: Captured) -> None:
    assert main(["diff", WINDOWS, *words]) == 2
    assert capsys.readouterr().err == (
        f"{WINDOWS}: give two --arm, or two --seed, or a --mechanism: one of these\n"
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("container.kernel", "--mechanism container.kernel: give NAME=VALUE"),
        ("container.kernal=own", "there is no mechanism 'container.kernal'; did you"),
        ("container.kernel=none", "mechanism container.kernel takes one of: shared,"),
        ("kernel.linux.loaders=x", "mechanism kernel.linux.loaders takes a list of: "),
    ],
)
def test_a_change_that_is_none(change: str, says: str, capsys: Captured) -> None:
    assert main(["diff", WINDOWS, "--mechanism", change]) == 2
    assert capsys.readouterr().err.startswith(f"{WINDOWS}: {says}")


def test_an_arm_that_is_not_there(capsys: Captured) -> None:
    assert main(["diff", WINDOWS, "--arm", "as_it_is", "--arm", "x"]) == 2
    assert "there is no arm 'x'" in capsys.readouterr().err
