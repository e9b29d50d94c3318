"""The scenario language as a JSON Schema (draft 2020-12), for editors and validators.

It is made from the very readers that ``load_scenario`` uses, so a new word is in it
at once. It cannot say all that reading checks: that a name is declared, that an
expression compiles, that variants are left.
"""

from collections.abc import Iterable, Mapping
from inspect import getdoc
from typing import Any

from simulator.actions.plan import VERBS as ACTIONS
from simulator.expressions import MAX_LENGTH
from simulator.mechanisms import MECHANISMS, Mechanism
from simulator.scenario.arms import MAX_STEPS as MAX_ACTIONS
from simulator.scenario.fields import END, NAME, Record, Schema, Spec, choice, integer
from simulator.scenario.parser import DOCUMENT
from simulator.scenario.space import MAX_PARAMETERS, MAX_VALUES
from simulator.scenario.vocabulary import VERBS, WORLD_FIELDS
from simulator.scenario.vocabulary.steps import STEPS
from simulator.scenario.vocabulary.steps.reading import MAX_STEPS
from simulator.subsystems.behaviour import STEPS as BEHAVIOUR

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NAME = NAME.pattern.removesuffix(END)


def scenario_schema() -> Schema:
    """Return the JSON Schema of a scenario file, read as YAML 1.2."""
    return {
        "$schema": DRAFT,
        "title": "A scenario of the simulator",
        **DOCUMENT.schema(),
        "$defs": {
            "parameter": {
                "type": "string",
                "description": "the value of a parameter in a variant",
                "pattern": r"^\$\{[^}]*\}$",
            },
            "parameters": _parameters(),
            "expression": {
                "type": "string",
                "description": "CEL, the Common Expression Language",
                "pattern": r"\S",
                "maxLength": MAX_LENGTH,
            },
            "plan": _one_word_each(VERBS, ACTIONS, MAX_ACTIONS),
            "steps": _one_word_each(STEPS, BEHAVIOUR, MAX_STEPS),
            "change": _changes(),
        },
    }


def _parameters() -> Schema:
    number = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    values = {
        "type": "array",
        "items": {"type": ["integer", "boolean", "string"]},
        "minItems": 1,
        "maxItems": MAX_VALUES,
        "uniqueItems": True,
    }
    ends = dict.fromkeys(("from", "to", "step"), number)
    return {
        "type": "object",
        "description": "each a list of values, or a range of whole numbers",
        "propertyNames": {"pattern": f"^{_NAME}$"},
        "additionalProperties": {"oneOf": [values, _object(ends, ("from", "to"))]},
        "maxProperties": MAX_PARAMETERS,
    }


def _one_word_each(
    words: Mapping[str, Record], functions: Mapping[str, Any], most: int
) -> Schema:
    """Return the schema of a list of one-key mappings, word to arguments."""
    properties = {
        word: {**record.schema(), "description": _first_line(functions[word])}
        for word, record in words.items()
    }
    entry = {**_object(properties, ()), "minProperties": 1, "maxProperties": 1}
    return {"type": "array", "items": entry, "maxItems": most}


def _changes() -> Schema:
    mechanisms = (
        _change("mechanism", {"const": name}, _settings(name, mechanism))
        | {"description": mechanism.about}
        for name, mechanism in MECHANISMS.items()
    )
    parts = (
        _change("part", {"type": "string", "pattern": pattern}, spec.schema())
        for pattern, spec in _fields_of_parts()
    )
    return {"oneOf": [*mechanisms, *parts]}


def _fields_of_parts() -> Iterable[tuple[str, Spec]]:
    for section, fields in WORLD_FIELDS.items():
        for field, spec in fields.items():
            yield rf"^{section}\.{_NAME}\.{field}$", spec


def _change(key: str, target: Schema, value: Schema) -> Schema:
    return _object({key: target, "set": value}, (key, "set"))


def _settings(name: str, mechanism: Mechanism) -> Schema:
    if mechanism.is_number:
        return integer(mechanism.least, mechanism.most).of_field(name).schema()
    if mechanism.is_list:
        return {"type": "array", "items": {"enum": [*mechanism.choices]}}
    return choice(*mechanism.choices).schema()


def _object(properties: Mapping[str, Schema], required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _first_line(function: Any) -> str:
    return (getdoc(function) or "").partition("\n")[0].rstrip(".")
