"""The tables of mechanisms: one module per kind, each entry complete and in use."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from simulator import MECHANISMS, Mechanism
from simulator.mechanisms import _KINDS, checked, defaults
from simulator.schema import _settings
from tests.simulator import mutation
from tests.source_code import ROOT

PACKAGE = ROOT / "simulator"
TABLES = {
    path.stem
    for path in (PACKAGE / "mechanisms").glob("*.py")
    if path.stem not in {"__init__", "mechanism"}
}
CODE = {
    path: path.read_text(encoding="utf-8")
    for path in PACKAGE.rglob("*.py")
    if "mechanisms" not in path.relative_to(PACKAGE).parts
}


def uses(name: str) -> list[Path]:
    """Modules that read a mechanism; those that put a family's name together too."""
    head, _, tail = name.partition(".")
    family, _, last = tail.partition(".")
    spelled = f'"{name}"'
    made = re.compile(rf'f"{head}\.{{[^}}]+}}\.{last}"') if last else None
    return [
        path
        for path, text in CODE.items()
        if spelled in text or (made is not None and family and made.search(text))
    ]


@pytest.mark.parametrize("name", [*MECHANISMS])
def test_some_part_reads_the_mechanism(name: str) -> None:
    assert uses(name) != []


def test_every_module_is_in_the_whole_table() -> None:
    assert {kind.__name__.rpartition(".")[2] for kind in _KINDS} == TABLES
    gathered = {
        name: mechanism
        for table in TABLES
        for name, mechanism in import_module(
            f"simulator.mechanisms.{table}"
        ).MECHANISMS.items()
    }
    assert gathered == dict(MECHANISMS)


def test_no_name_stands_in_two_tables() -> None:
    counted = sum(len(kind.MECHANISMS) for kind in _KINDS)
    assert counted == len(MECHANISMS)


@pytest.mark.parametrize(("name", "mechanism"), MECHANISMS.items())
def test_a_mechanism_is_complete(name: str, mechanism: Mechanism) -> None:
    assert re.fullmatch(r"[a-z0-9]+(\.[a-z0-9_]+)+", name)
    assert mechanism.about[0].islower() or mechanism.about[0].isupper()
    assert not mechanism.about.endswith(".")
    assert "|" not in mechanism.about
    if mechanism.is_number:
        assert mechanism.choices == ()
        assert mechanism.least <= mechanism.default <= mechanism.most  # type: ignore[operator]
    else:
        assert len(set(mechanism.choices)) == len(mechanism.choices) >= 2
        assert (mechanism.least, mechanism.most) == (0, 0)


@pytest.mark.parametrize("name", [*MECHANISMS])
def test_there_is_another_value_to_switch_to(name: str) -> None:
    mechanism = MECHANISMS[name]
    others = list(mutation.others(mechanism))
    assert others != []
    for value in others:
        assert checked(name, value) == value != mechanism.default


@pytest.mark.parametrize("name", [*MECHANISMS])
def test_the_schema_takes_what_may_be_set(name: str) -> None:
    mechanism, schema = MECHANISMS[name], _settings(name, MECHANISMS[name])
    if mechanism.is_list:
        assert schema["items"]["enum"] == [*mechanism.choices]
    elif mechanism.is_number:
        own = schema["anyOf"][0]
        assert (own["minimum"], own["maximum"]) == (mechanism.least, mechanism.most)
    else:
        assert schema["anyOf"][0]["enum"] == [*mechanism.choices]


def test_defaults_are_those_of_the_tables() -> None:
    assert defaults() == {name: m.default for name, m in MECHANISMS.items()}
