"""YAML text to a tree of nodes that know their line and column.

The tree is built from the parser's event stream, one event at a time, so neither
deep nesting nor a bomb of aliases costs anything: the limits stop them early.
Scalars follow the YAML 1.2 core rules: ``on`` and ``no`` stay text. So do numbers
with leading zeros, such as ``0755``, which readers of YAML do not agree on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from simulator.errors import Problem

MAX_BYTES = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 32
MAX_DIGITS = 15

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_WHOLE = r"(0|[1-9][0-9]*)"
_DECIMAL = re.compile(
    rf"[-+]?({_WHOLE}?\.[0-9]+|{_WHOLE}\.?)([eE][-+]?[0-9]+)?\Z", re.ASCII
)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class SourceError(Exception):
    """The text is not a usable YAML document at all."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(slots=True)
class Node:
    """One value of the document."""

    kind: str
    """``map``, ``list``, ``text``, ``int``, ``bool``, ``null`` or ``decimal``."""
    value: Any
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of a map: where each key stands."""
    file: str = ""
    """The included file that it stands in; empty for the scenario itself."""


def parse_source(source: str, file: str = "") -> tuple[Node, list[Problem]]:
    """Return the document's root and the problems that do not stop its reading.

    ``file`` names an included file, in the nodes and in what is wrong. Raises
    SourceError when there is no document to go on with.
    """
    if len(source.encode("utf-8", "replace")) > MAX_BYTES:
        message = "the file is larger than 256 KiB"
        raise _stop(1, 1, message, "split the scenario", file=file)
    try:
        return _Builder(file).build(yaml.parse(source, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"not valid YAML: {error.problem or error.context}"
        raise _stop(line, column, message, file=file) from error
    except (yaml.YAMLError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        message = f"not valid YAML: {reason}"
        raise _stop(1, 1, message, file=file) from error


def _stop(
    line: int, column: int, message: str, hint: str = "", *, file: str = ""
) -> SourceError:
    return SourceError(Problem(line, column, "", message, hint, file))


class _Builder:
    """Builds the tree with a stack of its own, so depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._stack: list[Node] = []
        self._paths: list[str] = []
        self._keys: list[tuple[str, int, int] | None] = []
        self._root: Node | None = None
        self._count = 0

    def build(self, events: Iterator[Any]) -> tuple[Node, list[Problem]]:
        for event in events:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if getattr(event, "anchor", None):
                raise self._stop(
                    line,
                    column,
                    "anchors and aliases are not allowed",
                    "write the value out in full",
                )
            if getattr(event, "tag", None):
                raise self._stop(
                    line, column, "tags are not allowed", "use quotes for text"
                )
            self._take(event, line, column)
        if self._root is None:
            raise self._stop(1, 1, "the file is empty", "a scenario is a YAML mapping")
        return self._root, self.problems

    def _take(self, event: Any, line: int, column: int) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line, column)
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter(Node("map", {}, line, column, file=self.file))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter(Node("list", [], line, column, file=self.file))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._stack.pop()
            self._paths.pop()
            self._keys.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
            raise self._stop(line, column, "a second document in one file", "remove it")

    def _enter(self, node: Node) -> None:
        path = self._place(node)
        if len(self._stack) >= MAX_DEPTH:
            raise self._stop(
                node.line, node.column, f"nested deeper than {MAX_DEPTH} levels"
            )
        self._stack.append(node)
        self._paths.append(path)
        self._keys.append(None)

    def _scalar(self, event: Any, line: int, column: int) -> None:
        parent = self._stack[-1] if self._stack else None
        if parent is not None and parent.kind == "map" and self._keys[-1] is None:
            self._keys[-1] = (event.value, line, column)
            self._counted(line, column)
            return
        kind, value = (
            _resolve(event.value) if not event.style else ("text", event.value)
        )
        path = self._place(Node(kind, value, line, column, file=self.file))
        if kind == "int" and len(event.value) > MAX_DIGITS:
            message = f"a number of more than {MAX_DIGITS} digits"
            self.problems.append(Problem(line, column, path, message, "", self.file))

    def _place(self, node: Node) -> str:
        """Put a node into the tree and return its path."""
        self._counted(node.line, node.column)
        if not self._stack:
            self._root = node
            return ""
        parent, path = self._stack[-1], self._paths[-1]
        if parent.kind == "list":
            parent.value.append(node)
            return f"{path}[{len(parent.value) - 1}]"
        key = self._keys[-1]
        if key is None:
            raise self._stop(node.line, node.column, "a key must be plain text")
        name, line, column = key
        path = f"{path}.{name}" if path else name
        if name in parent.value:
            first = parent.keys[name][0]
            self.problems.append(
                Problem(
                    line,
                    column,
                    path,
                    f"the key {name!r} stands twice in one mapping",
                    f"the first is in line {first}",
                    self.file,
                )
            )
        parent.value[name] = node
        parent.keys[name] = (line, column)
        self._keys[-1] = None
        return path

    def _stop(
        self, line: int, column: int, message: str, hint: str = ""
    ) -> SourceError:
        return _stop(line, column, message, hint, file=self.file)

    def _counted(self, line: int, column: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._stop(line, column, f"more than {MAX_NODES} values in one file")


def _resolve(text: str) -> tuple[str, Any]:
    if _INTEGER.match(text):
        return "int", int(text) if len(text) <= MAX_DIGITS else 0
    if _DECIMAL.match(text):
        return "decimal", text
    if text in _WORDS:
        value = _WORDS[text]
        return ("null" if value is None else "bool"), value
    return "text", text
