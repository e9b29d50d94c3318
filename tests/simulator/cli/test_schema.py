"""The command ``schema``: the language for readers, and for programs."""

import json

import pytest

from simulator import scenario_schema
from simulator.actions.plan import VERBS
from simulator.cli import main
from simulator.cli.schema import _words
from simulator.scenario.vocabulary import WORLD_FIELDS
from simulator.scenario.vocabulary.steps import STEPS

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_as_json(capsys: Captured) -> None:
    assert main(["schema", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == scenario_schema()


def test_every_word_is_listed(capsys: Captured) -> None:
    assert main(["schema"]) == 0
    lines = capsys.readouterr().out.splitlines()
    titles = {line.split(":")[0].split(" (")[0].strip() for line in lines}
    assert {"scenario", *WORLD_FIELDS, *VERBS, *STEPS} <= titles


def test_one_word(capsys: Captured) -> None:
    assert main(["schema", "machines"]) == 0
    out = capsys.readouterr().out
    assert [line.split() for line in out.splitlines() if "ram_mib" in line] == [
        ["│", "ram_mib", "│", "yes", "│", "0", "to", "67108864", "│", "in", "MiB", "│"]
    ]
    assert "x86_64, aarch64" in out
    assert "true or false" in out


def test_a_word_of_two_kinds_has_two_entries(capsys: Captured) -> None:
    for word, about in (
        ("exec", "exec: Run a program at a place"),
        ("exec (steps)", "exec (steps): Become another program"),
    ):
        assert main(["schema", word]) == 0
        assert capsys.readouterr().out.startswith(about)


def test_the_document_itself(capsys: Captured) -> None:
    assert main(["schema", "scenario"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[1]: line for line in lines if line.startswith("│")}
    assert "the parts that there are at the start" in rows["world"]
    assert "plan" in rows["setup"]
    assert "list of mapping" in rows["obligations"]


def test_a_word_that_is_not_there(capsys: Captured) -> None:
    assert main(["schema", "machine"]) == 2
    assert capsys.readouterr().err == (
        "the language has no word 'machine'; did you mean machines?\n"
    )


def test_a_section_without_parts_of_its_own_has_no_table() -> None:
    part = {"properties": {"a": {"type": "integer"}}}
    sections = {"odd": {"type": "object"}, "even": {"additionalProperties": part}}
    none = {"items": {"properties": {}}}
    schema = {
        "properties": {"world": {"properties": sections}},
        "$defs": {"plan": none, "steps": none},
    }
    assert list(_words(schema)) == ["scenario", "even"]
