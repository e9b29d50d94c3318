"""YAML text to a tree of nodes that know their places, safe for any input.

Anchors, aliases and tags are refused, size and depth are capped: a small file can
then never become a large one, and nothing is ever constructed from it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
)
from yaml.nodes import Node

from quizzes.specs.problems import SpecError, SpecProblem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# What YAML itself cannot hold; lone surrogates are among it.
UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE


def parse(source: str, *, name: str) -> Node | None:
    """The root node of the one document in `source`; None when there is none."""
    check_characters(source, name=name)
    with _marked(name):
        for problem in _refused(yaml.parse(source, Loader=yaml.CSafeLoader)):
            raise SpecError(name, (problem,))
        root: Node | None = yaml.compose(source, Loader=yaml.CSafeLoader)
    return root


def problem_at(mark: Any, path: str, message: str, hint: str = "") -> SpecProblem:
    """A problem at a mark of PyYAML, which counts lines and columns from 0."""
    return SpecProblem(mark.line + 1, mark.column + 1, path, message, hint)


def check_characters(source: str, *, name: str) -> None:
    """Refuse what neither YAML nor the database can hold, and what is too large."""
    unprintable = UNPRINTABLE.search(source)
    if unprintable:
        lines = LINE_BREAK.split(source[: unprintable.start()])
        code = f"U+{ord(unprintable.group()):04X}"
        problem = SpecProblem(
            len(lines),
            len(lines[-1]) + 1,
            "",
            f"The character {code} cannot stand in YAML.",
            "Remove it; save the file as UTF-8 text.",
        )
        raise SpecError(name, (problem,))
    if len(source.encode()) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES // 1024} KiB."
        raise SpecError(name, (SpecProblem(1, 1, "", message, "Split it."),))


@contextmanager
def _marked(name: str) -> Iterator[None]:
    """Turn what the YAML parser says into a problem with its place."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        reasons = [part for part in (error.context, error.problem) if part]
        message = f"This is not YAML: {', '.join(reasons)}."
        hint = "Check the indentation, the colons and the quotes just before."
        problem = problem_at(error.problem_mark, "", message, hint)
        raise SpecError(name, (problem,)) from None


def _refused(events: Iterator[Event]) -> Iterator[SpecProblem]:
    depth = documents = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        documents += isinstance(event, DocumentStartEvent)
        message = _refusal(event, depth, documents)
        if message:
            yield problem_at(event.start_mark, "", message)


def _refusal(event: Event, depth: int, documents: int) -> str:
    if depth > MAX_DEPTH:
        return f"The nesting is deeper than {MAX_DEPTH} levels."
    if documents > 1:
        return "Only one document can stand in a file."
    if isinstance(event, AliasEvent) or (
        isinstance(event, NodeEvent) and event.anchor is not None
    ):
        return "Anchors and aliases (`&name`, `*name`) are not allowed: write it out."
    if getattr(event, "tag", None) is not None:
        return "Tags (`!name`) are not allowed."
    return ""
