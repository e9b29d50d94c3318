"""The published schema takes what the simulator takes, and refuses much of the rest."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from simulator import MECHANISMS, ScenarioError, load_scenario, scenario_schema
from simulator.actions.plan import VERBS
from simulator.mechanisms import tuned
from simulator.scenario.arms import plain
from simulator.scenario.source import parse_source
from simulator.scenario.vocabulary.steps import STEPS
from simulator.schema import _settings
from tests.simulator.reference import SCHEMA
from tests.simulator.worlds import BOOT, KEYS, document, mechanism, source, text_of, vm

VALIDATOR = Draft202012Validator(scenario_schema())


def read(text: str) -> Any:
    return plain(parse_source(text)[0])


def refusals(spec: dict[str, Any]) -> list[str]:
    """Paths at which the schema refuses a document."""
    return [error.json_path for error in VALIDATOR.iter_errors(spec)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(scenario_schema())


def test_the_published_file_is_the_schema() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == scenario_schema()


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", KEYS)
def test_every_shipped_scenario_is_valid(key: str) -> None:
    assert [e.message for e in VALIDATOR.iter_errors(read(source(key)))] == []


def test_every_word_is_in_it_with_what_it_does() -> None:
    schema = scenario_schema()
    for kind, words in (("plan", VERBS), ("steps", STEPS)):
        found = schema["$defs"][kind]["items"]["properties"]
        assert list(found) == list(words) or set(found) == set(words)
        assert all(entry["description"] for entry in found.values())
    changes = schema["$defs"]["change"]["oneOf"]
    named = [c["properties"].get("mechanism", {}).get("const") for c in changes]
    assert [name for name in named if name] == [*MECHANISMS]


MORE: list[dict[str, Any]] = [
    {},
    {"parameters": {"ram_mib": {"from": 1, "to": 3}, "on": [True, False]}},
    {"parameters": {"ram_mib": ["1 GiB", 2048]}},
    {"world": {"machines": {"server": {"ram_mib": "64 GiB"}}}},
    {"changes": [mechanism("vm.assist", "emulation")]},
    {"changes": [mechanism("kernel.linux.loaders", ["elf", "pe"])]},
    {"changes": [{"part": "machines.server.cores", "set": 8}]},
    {"plan": [*BOOT, {"wait": {"seconds": "2 min"}}]},
]


@pytest.mark.parametrize("more", MORE)
def test_what_is_read_is_valid(more: dict[str, Any]) -> None:
    spec = document(**more)
    assert load_scenario(text_of(spec)).key == "small"
    assert refusals(read(text_of(spec))) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"what": 1}, "$"),
    ({"title": ""}, "$.title"),
    ({"key": "Big"}, "$.key"),
    ({"claims": {}}, "$.claims"),
    ({"claims": {"c": {"text": "t"}}}, "$.claims.c"),
    ({"parameters": {"n": []}}, "$.parameters.n"),
    ({"parameters": {"N": [1]}}, "$.parameters"),
    ({"parameters": {"n": {"from": 1}}}, "$.parameters.n"),
    ({"obligations": [{"key": "o", "choose": 21}]}, "$.obligations[0]"),
    ({"world": {"machines": {"server": {"ram_mib": "2 s"}}}}, "ram_mib"),
    ({"world": {"machines": {"server": {"core": 1}}}}, "server"),
    ({"world": {"planets": {}}}, "$.world"),
    ({"plan": [{"fly": {}}]}, "plan[0]"),
    ({"plan": [{**BOOT[0], **BOOT[1]}]}, "plan[0]"),
    ({"plan": [vm(count=0)]}, "count"),
    ({"changes": [mechanism("vm.assist", "magic")]}, "changes[0]"),
    ({"changes": [mechanism("vm.assists", "emulation")]}, "changes[0]"),
    ({"changes": [{"part": "machines.server.core", "set": 8}]}, "changes[0]"),
    ({"changes": [{"part": "machines.server.cores", "set": 0}]}, "changes[0]"),
]


@pytest.mark.parametrize(("more", "place"), WRONG)
def test_what_is_wrong_is_refused_by_both(more: dict[str, Any], place: str) -> None:
    text = text_of(document(**more))
    with pytest.raises(ScenarioError):
        load_scenario(text)
    assert any(path.endswith(place) for path in refusals(read(text)))


def test_a_number_has_its_bounds_and_unit() -> None:
    number, quantity, parameter = _settings("x.grace_ms", tuned(5, 1, 9, ""))["anyOf"]
    assert (number["minimum"], number["maximum"]) == (1, 9)
    assert number["description"] == "in ms"
    assert quantity["pattern"] == "^[0-9.]+ ?(ns|us|ms|s|min|h|d)$"
    assert parameter == {"$ref": "#/$defs/parameter"}
