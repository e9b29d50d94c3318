"""Spoilt files give clear errors, soon and in little memory."""

import json
import subprocess
import sys
from random import Random
from typing import Any

import pytest

from simulator import ScenarioError, load_scenario
from tests.simulator import malformed
from tests.simulator.worlds import KEYS, document, source, text_of


def test_a_sample_in_a_child_process() -> None:
    lines = list(malformed.read_in_children(64))
    assert [line["number"] for line in lines] == list(range(64))
    assert [line for line in lines if malformed.is_wrong(line)] == []
    assert sum(line["outcome"] == "refused" for line in lines) > 40


@pytest.mark.parametrize("kind", dict.fromkeys(malformed.KINDS))
def test_every_kind_is_refused_or_still_a_scenario(kind: Any) -> None:
    outcomes = {malformed.outcome(kind(Random(seed))) for seed in range(40)}
    assert outcomes <= {"scenario", "refused"}
    assert "refused" in outcomes


@pytest.mark.parametrize("text", malformed.HOSTILE_CEL)
@pytest.mark.parametrize("place", ["claim", "where"])
def test_hostile_expressions_end_soon(text: str, place: str) -> None:
    claim = {"text": "t", "expression": text if place == "claim" else "true"}
    spec: dict[str, Any] = {
        "key": "hostile",
        "title": "t",
        "parameters": {"x": ["a"], "y": ["b"]},
        "world": {"machines": {"m": {"cores": 1, "ram_mib": 64}}},
        "arms": {"a": {"label": "a"}},
        "claims": {"c": claim},
    }
    if place == "where":
        spec["where"] = text
    assert malformed.outcome(json.dumps(spec)) in {"scenario", "refused"}


BILLION = "a: &a [x, x, x, x]\n" + "".join(
    f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *a]\n" for n in range(30)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BILLION, "line 1, column 4: anchors and aliases are not allowed"),
        ("[" * 10_000, "line 1, column 33: nested deeper than 32 levels"),
        (
            "a: " + "9" * 10_000,
            "line 1, column 4 at a: a number of more than 15 digits",
        ),
        ("x" * 300_000, "line 1, column 1: the file is larger than 256 KiB"),
        ("[" + "a, " * 30_000 + "]", "line 1, column 59999: more than 20000 values"),
        ("\x00", "line 1, column 1: not valid YAML: "),
        ("!!python/name:os.system", "line 1, column 1: tags are not allowed"),
    ],
)
def test_what_wants_too_much_is_named(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(text)
    assert any(str(problem).startswith(says) for problem in caught.value.problems)


def test_a_number_gives_the_same_file() -> None:
    assert [malformed.text_of(n) for n in range(16)] == [
        malformed.text_of(n) for n in range(16)
    ]


def test_spoilt_files_are_made_from_shipped_ones() -> None:
    shipped = {source(key) for key in KEYS}
    for kind in (malformed.mutated, malformed.line_mutated):
        made = {kind(Random(seed)) for seed in range(20)}
        assert len(made - shipped) >= 15


def test_a_whole_scenario_is_one() -> None:
    assert malformed.outcome(text_of(document())) == "scenario"


def test_a_crash_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(malformed, "load_scenario", crash)
    assert malformed.outcome("key: x") == "RecursionError: too deep"


def test_an_error_without_a_place_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> None:
        raise ScenarioError("x", ())

    monkeypatch.setattr(malformed, "load_scenario", silent)
    assert malformed.outcome("key: x") == "an error that says nothing"


def test_a_crash_of_an_evaluation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr(malformed, "evaluate", crash)
    hostile = text_of(document(key="hostile"))
    assert malformed.outcome(hostile) == "MemoryError: no more"


@pytest.mark.parametrize(
    ("outcome", "seconds", "wrong"),
    [
        ("scenario", 0.9, False),
        ("refused", 0.0, False),
        ("refused", 1.1, True),
        ("KeyError: 'x'", 0.0, True),
    ],
)
def test_what_counts_as_wrong(outcome: str, seconds: float, wrong: bool) -> None:
    line = {"number": 1, "seconds": seconds, "outcome": outcome}
    assert malformed.is_wrong(line) is wrong


def test_a_child_that_dies_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(
        [
            ('{"number": 7, "seconds": 0.1, "outcome": "refused"}\n', "x\nKilled\n", 9),
            ('{"number": 9, "seconds": 0.1, "outcome": "scenario"}\n', "", 0),
        ]
    )

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        stdout, stderr, code = next(answers)
        return subprocess.CompletedProcess(words, code, stdout, stderr)

    monkeypatch.setattr(malformed.subprocess, "run", run)
    lines = list(malformed.read_in_children(3, first=7))
    assert [(line["number"], line["outcome"]) for line in lines] == [
        (7, "refused"),
        (8, "the child ended with 9: Killed"),
        (9, "scenario"),
    ]


def test_the_program_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"number": 0, "seconds": 0.25, "outcome": "refused"},
        {"number": 1, "seconds": 0.125, "outcome": "scenario"},
    ]
    monkeypatch.setattr(malformed, "read_in_children", lambda *_: iter(lines))
    monkeypatch.setattr(sys, "argv", ["x", "--files", "2"])
    assert malformed.main() == 0
    assert capsys.readouterr().out == (
        "2 files: 1 refused, 1 still scenarios, 0 wrong; the slowest took 0.25 s\n"
    )
    lines.append({"number": 2, "seconds": 0.0, "outcome": "KeyError: 1"})
    assert malformed.main() == 1
    assert "'number': 2" in capsys.readouterr().out


def test_the_child_prints_a_line_for_each_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(malformed.resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["x", "--child", "--files", "2", "--first", "3"])
    assert malformed.main() == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["number"] for line in lines] == [3, 4]
