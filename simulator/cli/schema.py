"""``schema``: the scenario language, as a JSON Schema or as a list of its words."""

import argparse
import json
from collections.abc import Mapping

from rich.table import Table

from simulator.cli.command import HOLDS, Command, Terminal
from simulator.errors import InputError
from simulator.scenario.fields import Schema, suggest
from simulator.schema import scenario_schema


def spelled_schema() -> str:
    """Return the schema as its published file holds it."""
    return json.dumps(scenario_schema(), indent=1) + "\n"


def _schema(options: argparse.Namespace, terminal: Terminal) -> int:
    if options.json:
        terminal.out.out(spelled_schema(), end="")
        return HOLDS
    found = _words(scenario_schema())
    if options.word is not None and options.word not in found:
        hint = suggest(options.word, found)
        raise InputError(f"the language has no word {options.word!r}; {hint}")
    for word, schema in found.items():
        if options.word in {None, word}:
            terminal.out.print(_table(word, schema))
    return HOLDS


def _words(schema: Schema) -> Mapping[str, Schema]:
    """Return the schema of each word that has fields of its own."""
    found: dict[str, Schema] = {"scenario": schema}
    for name, section in schema["properties"]["world"]["properties"].items():
        if "properties" in section.get("additionalProperties", {}):
            found[name] = section["additionalProperties"]
    for kind in ("plan", "steps"):
        for verb, fields in schema["$defs"][kind]["items"]["properties"].items():
            found[verb if verb not in found else f"{verb} ({kind})"] = fields
    return found


def _table(word: str, schema: Schema) -> Table:
    about = schema.get("description", "")
    table = Table(title=f"{word}: {about}" if about else word, title_justify="left")
    for heading in ("field", "needed", "takes", "about"):
        table.add_column(heading, overflow="fold")
    for name, field in schema["properties"].items():
        needed = "yes" if name in schema["required"] else ""
        table.add_row(name, needed, _takes(field), _about(field))
    return table


def _takes(field: Schema) -> str:
    """Say in a few words what a field takes."""
    own = _first_form(field)
    if "$ref" in own:
        return str(own["$ref"]).rpartition("/")[2]
    if "enum" in own:
        return ", ".join(map(str, own["enum"]))
    if "minimum" in own:
        return f"{own['minimum']} to {own['maximum']}"
    if own["type"] == "array":
        return f"list of {_takes(own['items'])}"
    return _TYPES[own["type"]]


_TYPES = {
    "object": "mapping",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
}


def _first_form(field: Schema) -> Schema:
    """Return the first of the forms that a field may have."""
    return _first_form(field["anyOf"][0]) if "anyOf" in field else field


def _about(field: Schema) -> str:
    own = _first_form(field)
    return str(field.get("description", own.get("description", "")))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("word", nargs="?", help="show this section, action or step")
    parser.add_argument("--json", action="store_true", help="print the JSON Schema")


SCHEMA = Command("schema", "show the scenario language", _configure, _schema)
