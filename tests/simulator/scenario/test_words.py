"""Every word of the vocabulary: what each of its fields takes, and what it refuses.

The cases are made from the words themselves, so a new word is tested at once: a value
that its schema takes is read without a problem, and what its schema refuses is told at
its place, with a message and, where one can be told, a way out.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest

from simulator import Problem, scenario_schema
from simulator.scenario.fields import (
    REQUIRED,
    Check,
    Context,
    ListOf,
    MapOf,
    Record,
    Spec,
)
from simulator.scenario.source import Node, parse_source
from simulator.scenario.vocabulary import VERBS, WORLD, WORLD_FIELDS
from simulator.scenario.vocabulary.steps import STEPS
from tests.simulator.generated import Words, text_of

SCHEMA = scenario_schema()
SECTIONS: dict[str, Record] = {
    name: spec.entry
    for name, (spec, _) in WORLD.fields.items()
    if isinstance(spec, MapOf) and isinstance(spec.entry, Record)
}
RECORDS: dict[str, Record] = {
    **{f"world.{name}": record for name, record in SECTIONS.items()},
    **{f"action.{name}": record for name, record in VERBS.items()},
    **{f"step.{name}": record for name, record in STEPS.items()},
}


def fields_of(record: Record, path: str) -> Iterator[tuple[str, str, Spec]]:
    """Path, name and reader of each field, inside records and lists too."""
    for name, (spec, _) in record.fields.items():
        inner = spec
        while isinstance(inner, ListOf | MapOf):
            inner = inner.entry
        if isinstance(inner, Record):
            yield from fields_of(inner, f"{path}.{name}")
        yield f"{path}.{name}", name, inner


FIELDS = {
    path: (name, spec)
    for word, record in RECORDS.items()
    for path, name, spec in fields_of(record, word)
}
SCALARS = {path: s for path, (_, s) in FIELDS.items() if isinstance(s, Check)}
NUMBERS = [path for path, spec in SCALARS.items() if spec.kind == "int"]
CHOICES = [path for path, spec in SCALARS.items() if "enum" in spec.form]
NAMES = [path for path, spec in SCALARS.items() if "x-names" in spec.form]
FLAGS = [path for path, spec in SCALARS.items() if spec.kind == "bool"]


def read(spec: Spec, text: str, context: Context | None = None) -> Any:
    """The value that a reader makes of a text, and the problems that it reports."""
    context = context or Context()
    value = spec.read(node(text), "here", context)
    return value, context.problems


def node(text: str) -> Node:
    root, problems = parse_source(f"it: {text}\n")
    assert problems == []
    found = root.value["it"]
    assert isinstance(found, Node)
    return found


def only(problems: list[Problem]) -> tuple[str, str]:
    (problem,) = problems
    assert (problem.path, problem.line) == ("here", 1)
    return problem.message, problem.hint


def check(path: str) -> Check:
    return SCALARS[path]


@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_has_two_ends(path: str) -> None:
    spec = check(path)
    low, high = spec.form["minimum"], spec.form["maximum"]
    assert low <= high
    for inside in (low, high, (low + high) // 2):
        assert read(spec, str(inside)) == (inside, [])
    for outside in (low - 1, high + 1):
        value, problems = read(spec, str(outside))
        message, hint = only(problems)
        assert message == f"{outside} is out of range"
        assert hint == f"from {low} to {high}"
        assert low <= value <= high


OTHER_KINDS = [
    ("0.5", "a decimal number"),
    ("true", "true or false"),
    ("some", "text"),
    ("[1]", "a list"),
    ("{a: 1}", "a mapping"),
    ("null", "nothing"),
]


@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_is_nothing_else(path: str) -> None:
    for text, kind in OTHER_KINDS:
        message, _ = only(read(check(path), text)[1])
        assert message == f"a whole number expected, not {kind}"


@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_may_be_a_parameter_with_fitting_values(path: str) -> None:
    spec = check(path)
    low, high = spec.form["minimum"], spec.form["maximum"]
    context = Context(parameters={"p": (low, high), "q": (low, high + 1)})
    value, problems = read(spec, "${p}", context)
    assert (value.name, problems) == ("p", [])
    assert only(read(spec, "${q}", context)[1])[0] == (
        f"value {high + 1} of parameter q: {high + 1} is out of range"
    )


@pytest.mark.parametrize("path", NUMBERS)
def test_a_field_that_names_a_unit_takes_quantities_of_it(path: str) -> None:
    spec = check(path)
    if spec.unit is None:
        assert read(spec, "1 s")[1] != []
        return
    low, high = max(spec.form["minimum"], 0), spec.form["maximum"]
    assert read(spec, f"{high} {spec.unit.name}") == (high, [])
    assert read(spec, f"{low}{spec.unit.name}") == (low, [])
    message, hint = only(read(spec, "1 parsec")[1])
    assert message == "a whole number expected, not text" or "'parsec'" in message
    assert hint != ""


@pytest.mark.parametrize("path", CHOICES)
def test_a_choice_takes_its_words_and_suggests_them(path: str) -> None:
    spec = check(path)
    words = spec.form["enum"]
    assert len(set(words)) == len(words) > 0
    for word in words:
        assert read(spec, f'"{word}"') == (word, [])
    nearly = f"{words[0]}x"
    if nearly in words:
        return
    message, hint = only(read(spec, f'"{nearly}"')[1])
    assert message == f"{nearly!r} is not known here"
    assert hint.startswith("did you mean ") or words[0] in hint or len(words) > 12


@pytest.mark.parametrize("path", NAMES)
def test_a_name_is_one_that_the_scenario_declares(path: str) -> None:
    spec = check(path)
    kinds = spec.form["x-names"]
    context = Context(names={kinds[0]: {"known"}})
    assert read(spec, "known", context) == ("known", [])
    message, hint = only(read(spec, "knowm", context)[1])
    assert "'knowm'" in message
    assert hint == "did you mean known?"


@pytest.mark.parametrize("path", FLAGS)
def test_a_flag_is_true_or_false(path: str) -> None:
    spec = check(path)
    assert read(spec, "true") == (True, [])
    assert read(spec, "false") == (False, [])
    for wrong in ("yes", "on", '"true"', "1"):
        message, _ = only(read(spec, wrong)[1])
        assert message.startswith("true or false expected, not ")


@pytest.mark.parametrize("word", RECORDS)
def test_what_must_be_there_is_missed(word: str) -> None:
    record = RECORDS[word]
    needed = [name for name, (_, d) in record.fields.items() if d is REQUIRED]
    value, problems = read(record, "{}")
    assert [problem.message for problem in problems] == [
        f"the key {name!r} is missing" for name in needed
    ]
    assert set(value) == set(record.fields)


@pytest.mark.parametrize("word", RECORDS)
def test_a_key_that_is_none_is_told_at_its_place(word: str) -> None:
    context = Context()
    RECORDS[word].read(node("{zzzz: 1}"), "here", context)
    (found,) = [p for p in context.problems if "unknown key" in p.message]
    assert (found.message, found.column) == ("unknown key 'zzzz'", 6)


@pytest.mark.parametrize("word", RECORDS)
def test_a_word_has_a_mapping(word: str) -> None:
    for text in ("5", "text", "[]", "null", "true", "0.5"):
        value, problems = read(RECORDS[word], text)
        assert only(problems)[0].startswith("a mapping expected, not ")
        assert set(value) == set(RECORDS[word].fields)


def schema_of(word: str) -> Mapping[str, Any]:
    """The part of the published schema that speaks of a word."""
    kind, _, name = word.partition(".")
    if kind == "world":
        sections = SCHEMA["properties"]["world"]["properties"]
        found: Mapping[str, Any] = sections[name]["additionalProperties"]
        return found
    words = SCHEMA["$defs"]["plan" if kind == "action" else "steps"]
    described: Mapping[str, Any] = words["items"]["properties"][name]
    return described


@pytest.mark.parametrize("word", RECORDS)
def test_the_schema_has_every_field_and_says_which_are_needed(word: str) -> None:
    schema, record = schema_of(word), RECORDS[word]
    assert list(schema["properties"]) == list(record.fields)
    assert schema["required"] == [
        name for name, (_, default) in record.fields.items() if default is REQUIRED
    ]
    assert schema["additionalProperties"] is False


STRUCTURE = re.compile(r"unknown key|is missing|expected|out of range|unknown step")
"""What a schema can rule out; names and rules of texts it cannot always."""


@pytest.mark.parametrize("word", RECORDS)
def test_what_the_schema_makes_reads_but_for_names(word: str) -> None:
    schema = schema_of(word)
    words = Words(Random(word))
    for _ in range(5):
        value = words.value(schema)
        context = Context()
        RECORDS[word].read(parse_source(text_of(value))[0], "", context)
        assert [p for p in context.problems if STRUCTURE.search(p.message)] == []


def test_sections_are_those_of_the_schema() -> None:
    sections = SCHEMA["properties"]["world"]["properties"]
    assert set(sections) == set(WORLD.fields)
    assert set(SECTIONS) == set(WORLD_FIELDS)
