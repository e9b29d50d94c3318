"""What a document may hold: small readers that check a node and return its value.

A scalar may be written ``${name}``: then the parameter's every value is checked
at once, and the result is a ``Param`` that a variant fills in later. Every reader also
describes what it takes as a JSON Schema.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from typing import Any, Protocol

from simulator.errors import Problem
from simulator.scenario.source import Node
from simulator.scenario.units import QUANTITY, Unit, UnitError, unit_of
from simulator.trace import Scalar

Schema = dict[str, Any]

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
KEY = re.compile(r"[a-z][a-z0-9-]{0,62}\Z")
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}\Z")
END = r"\Z"
"""Where Python's patterns end; those of JSON Schema have another word for it."""
MAX_TEXT = 4000
MAX_PROBLEMS = 100
"""Reading stops here: more problems help nobody, and each costs a search for hints."""
LONGEST_HINT = 12
"""A hint lists all known words when they are no more than this."""


class TooManyProblemsError(Exception):
    """Ends the reading of a file that is wrong all over."""


@dataclass(frozen=True, slots=True)
class Param:
    """Stands for the value of a parameter in a variant."""

    name: str


@dataclass(slots=True)
class Context:
    """What reading one file has gathered so far."""

    problems: list[Problem] = field(default_factory=list)
    parameters: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of parameters that are ranges: their ends."""
    names: dict[str, set[str]] = field(default_factory=dict)
    """Per kind of part: the names that the world declares."""

    def report(self, node: Node, path: str, message: str, hint: str = "") -> None:
        """Add a problem at the node's place."""
        place = (node.line, node.column, path)
        self.add(Problem(*place, message, hint, node.file))

    def report_key(
        self, node: Node, name: str, path: str, message: str, hint: str = ""
    ) -> None:
        """Add a problem at the place of one of a mapping's keys."""
        line, column = node.keys[name]
        file = node.value[name].file
        self.add(Problem(line, column, path, message, hint, file))

    def add(self, problem: Problem) -> None:
        """Add a problem; raise TooManyProblemsError when that makes too many."""
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooManyProblemsError


class Spec(Protocol):
    """Reads a node: reports problems, returns the value (or something harmless)."""

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return the value that the node stands for."""

    def schema(self) -> Schema:
        """Return the JSON Schema of what ``read`` takes without a problem."""
        ...


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or all when they are few."""
    words = sorted(known)
    close = get_close_matches(word, words, 1, 0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"one of: {', '.join(words)}" if 0 < len(words) <= LONGEST_HINT else ""


def placeholder(node: Node) -> Param | None:
    """Return the parameter that a node names, None when it is not a placeholder."""
    match = _PLACEHOLDER.match(node.value) if node.kind == "text" else None
    return Param(match[1]) if match else None


PARAMETER: Schema = {"$ref": "#/$defs/parameter"}


@dataclass(frozen=True, slots=True)
class Check:
    """A scalar with a rule: ``rule`` returns what is wrong, or nothing."""

    kind: str
    rule: Callable[[Any, Context], tuple[str, str] | None]
    empty: Any
    form: Mapping[str, Any] = field(default_factory=dict)
    """What a JSON Schema can say of the rule."""
    unit: Unit | None = None
    """Of whole numbers: what they count, when the field's name says it."""

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return the scalar, or the Param that stands for it."""
        param = placeholder(node)
        if param is None:
            value, wrong = self._taken(node.kind, node.value, context)
            if wrong:
                context.report(node, path, *wrong)
                return self.empty
            return value
        if param.name not in context.parameters:
            context.report(
                node,
                path,
                f"there is no parameter {param.name!r}",
                suggest(param.name, set(context.parameters)),
            )
            return self.empty
        for value in context.parameters[param.name]:
            wrong = self._wrong(kind_of(value), value, context)
            if wrong:
                message = f"value {value!r} of parameter {param.name}: {wrong[0]}"
                context.report(node, path, message, wrong[1])
        return param

    def of_field(self, name: str) -> "Check":
        """Return the check as a field of this name makes it: in the field's unit."""
        unit = unit_of(name) if self.kind == "int" and self.unit is None else None
        return replace(self, unit=unit) if unit else self

    def schema(self) -> Schema:
        """Return the JSON Schema of the scalar, of a quantity, of a parameter."""
        own = {"type": _JSON_TYPES[self.kind], **self.form}
        if self.unit is None:
            return {"anyOf": [own, PARAMETER]}
        own["description"] = f"in {self.unit.name}"
        units = "|".join(self.unit.others)
        quantity = {"type": "string", "pattern": f"^[0-9.]+ ?({units})$"}
        return {"anyOf": [own, quantity, PARAMETER]}

    def _taken(
        self, kind: str, value: Any, context: Context
    ) -> tuple[Any, tuple[str, str] | None]:
        """Return the value, in the field's unit, and what is wrong with it."""
        if self.unit is not None and kind == "text":
            try:
                number = self.unit.read(value)
            except UnitError as error:
                return self.empty, (error.message, error.hint)
            if number is not None:
                kind, value = "int", number
        return value, self._wrong(kind, value, context)

    def _wrong(self, kind: str, value: Any, context: Context) -> tuple[str, str] | None:
        if kind == self.kind:
            return self.rule(value, context)
        return f"{KINDS[self.kind]} expected, not {KINDS[kind]}", self._hint(
            kind, value
        )

    def _hint(self, kind: str, value: Any) -> str:
        if self.kind == "text" and kind in {"int", "decimal", "bool"}:
            return "put quotes around it"
        if self.kind != "int" or self.unit is None or kind not in {"text", "decimal"}:
            return ""
        if QUANTITY.match(str(value)):
            return f"let the parameter's name end in its unit: _{self.unit.suffix}"
        return f"a whole number of {self.unit.name}, or one with its unit"


_JSON_TYPES = {"text": "string", "int": "integer", "bool": "boolean"}
KINDS = {
    "map": "a mapping",
    "list": "a list",
    "text": "text",
    "int": "a whole number",
    "bool": "true or false",
    "null": "nothing",
    "decimal": "a decimal number",
}


def kind_of(value: Scalar) -> str:
    """Return the kind of node that a parameter's value would be."""
    if isinstance(value, bool):
        return "bool"
    return "int" if isinstance(value, int) else "text"


def text(pattern: re.Pattern[str] | None = None, says: str = "") -> Check:
    """Text, bounded in length, of a certain form when a pattern is given."""

    def rule(value: str, _: Context) -> tuple[str, str] | None:
        if len(value) > MAX_TEXT:
            return f"longer than {MAX_TEXT} characters", ""
        if not value.strip():
            return "empty text", ""
        if pattern is not None and not pattern.match(value):
            return f"{value!r} is not {says}", ""
        return None

    form: Schema = {"maxLength": MAX_TEXT, "pattern": r"\S"}
    if pattern is not None:
        form["pattern"] = f"^{pattern.pattern.removesuffix(END)}$"
        form["description"] = says
    return Check("text", rule, "", form)


def integer(low: int, high: int) -> Check:
    """A whole number between two bounds."""

    def rule(value: int, _: Context) -> tuple[str, str] | None:
        if low <= value <= high:
            return None
        return f"{value} is out of range", f"from {low} to {high}"

    return Check("int", rule, low, {"minimum": low, "maximum": high})


def flag() -> Check:
    """True or false."""
    return Check("bool", lambda _value, _context: None, False)


def choice(*options: str) -> Check:
    """One word of a list."""

    def rule(value: str, _: Context) -> tuple[str, str] | None:
        if value in options:
            return None
        return f"{value!r} is not known here", suggest(value, options)

    return Check("text", rule, options[0], {"enum": list(options)})


def reference(*kinds: str) -> Check:
    """The name of a part that the world declares."""

    def rule(value: str, context: Context) -> tuple[str, str] | None:
        known = set().union(*(context.names.get(kind, set()) for kind in kinds))
        if value in known:
            return None
        return f"there is no {kinds[0].rstrip('s')} {value!r}", suggest(value, known)

    form = {"description": f"a name among {' or '.join(kinds)}", "x-names": [*kinds]}
    return Check("text", rule, "", form)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose entries are all alike."""

    entry: Spec
    least: int = 0
    most: int = 200

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return the entries as a tuple."""
        if node.kind != "list":
            context.report(node, path, f"a list expected, not {KINDS[node.kind]}")
            return ()
        if not self.least <= len(node.value) <= self.most:
            context.report(node, path, f"{self.least} to {self.most} entries expected")
        return tuple(
            self.entry.read(entry, f"{path}[{index}]", context)
            for index, entry in enumerate(node.value[: self.most])
        )

    def schema(self) -> Schema:
        """Return the JSON Schema of the list."""
        return {
            "type": "array",
            "items": self.entry.schema(),
            "minItems": self.least,
            "maxItems": self.most,
        }


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping of free names to values that are all alike."""

    entry: Spec
    least: int = 0
    most: int = 200

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return the entries as a dict in the order of the file."""
        if node.kind != "map":
            context.report(node, path, f"a mapping expected, not {KINDS[node.kind]}")
            return {}
        if not self.least <= len(node.value) <= self.most:
            context.report(node, path, f"{self.least} to {self.most} entries expected")
        result = {}
        for name, child in islice(node.value.items(), self.most):
            if not NAME.match(name):
                hint = "lower-case letters, digits and _, a letter first"
                context.report_key(node, name, path, f"{name!r} is not a name", hint)
                continue
            result[name] = self.entry.read(child, join(path, name), context)
        return result

    def schema(self) -> Schema:
        """Return the JSON Schema of the mapping."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{NAME.pattern.removesuffix(END)}$"},
            "additionalProperties": self.entry.schema(),
            "minProperties": self.least,
            "maxProperties": self.most,
        }


REQUIRED: Any = object()


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys: each has a spec and, when optional, a default."""

    fields: Mapping[str, tuple[Spec, Any]]
    about: Mapping[str, str] = field(default_factory=dict)
    """What keys mean, where their names do not say it."""

    def __post_init__(self) -> None:
        fields = {
            name: (spec.of_field(name) if isinstance(spec, Check) else spec, default)
            for name, (spec, default) in self.fields.items()
        }
        object.__setattr__(self, "fields", fields)

    def read(self, node: Node, path: str, context: Context) -> Any:
        """Return a dict with every key of the record."""
        if node.kind != "map":
            context.report(node, path, f"a mapping expected, not {KINDS[node.kind]}")
            return self._defaults()
        for name in node.value:
            if name not in self.fields:
                hint = suggest(name, set(self.fields))
                context.report_key(node, name, path, f"unknown key {name!r}", hint)
        result = self._defaults()
        for name, (spec, default) in self.fields.items():
            if name in node.value:
                child = node.value[name]
                result[name] = spec.read(child, join(path, name), context)
            elif default is REQUIRED:
                context.report(node, path, f"the key {name!r} is missing")
        return result

    def schema(self) -> Schema:
        """Return the JSON Schema of the mapping."""
        properties = {}
        for name, (spec, _) in self.fields.items():
            properties[name] = spec.schema()
            if name in self.about:
                properties[name]["description"] = self.about[name]
        required = [n for n, (_, default) in self.fields.items() if default is REQUIRED]
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _defaults(self) -> dict[str, Any]:
        return {
            name: None if default is REQUIRED else default
            for name, (_, default) in self.fields.items()
        }


def join(path: str, name: str) -> str:
    """Return the path of a key inside a path."""
    return f"{path}.{name}" if path else name


def need(spec: Spec) -> tuple[Spec, Any]:
    """A key that must be there."""
    return spec, REQUIRED


def may(spec: Spec, default: Any) -> tuple[Spec, Any]:
    """A key that may be left out."""
    return spec, default
