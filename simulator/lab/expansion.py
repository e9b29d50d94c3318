"""From words as typed to words as a command gets them: variables, output, ``*``."""

import fnmatch
from collections.abc import Callable, Generator, Sequence

from simulator.engine import Gate
from simulator.lab.files import absolute, names_in
from simulator.lab.lexer import Part, Word
from simulator.lab.parser import Item, parse
from simulator.lab.state import Console
from simulator.lab.view import View

Run = Callable[[Sequence[Item]], Generator[int | Gate, None, str]]
"""Carries out commands and returns what they write."""


def expand(
    words: Sequence[Word], console: Console, view: View, run: Run
) -> Generator[int | Gate, None, list[str]]:
    """Return the words with everything filled in; a word can become several."""
    found: list[str] = []
    for word in words:
        fields: list[str] = [""]
        stands = False
        matches = False
        for part in word.parts:
            value = yield from _value(part, console, view, run)
            if part.kind in {"variable", "command"}:
                pieces = value.split()
                fields[-1] += pieces[0] if pieces else ""
                fields += pieces[1:]
                stands = stands or bool(pieces)
                continue
            stands = True
            matches = matches or (
                part.kind == "plain" and not {*"*?["}.isdisjoint(value)
            )
            fields[-1] += value
        if matches:
            fields = [
                name for field in fields for name in _matching(field, console, view)
            ]
        found += fields if stands else []
    return found


def _value(
    part: Part, console: Console, view: View, run: Run
) -> Generator[int | Gate, None, str]:
    kind = part.kind.removeprefix("quoted-")
    if kind == "command":
        return (yield from run(parse(part.text))).rstrip("\n")
    if kind == "variable":
        return variable(part.text, console, view)
    if part.kind == "plain" and part.text == "~":
        return console.variables.get("HOME", "/")
    return part.text


def variable(name: str, console: Console, view: View) -> str:
    """Return the value of a variable, an empty text when it has none."""
    if name == "?":
        return str(console.status)
    if name == "$":
        return str(view.pid(console.process))
    if name == "PWD":
        return console.cwd
    if name == "HOSTNAME":
        return view.hostname
    return console.variables.get(name, "")


def _matching(pattern: str, console: Console, view: View) -> list[str]:
    """Return the names that a pattern stands for, or the pattern itself."""
    head, _, tail = pattern.rpartition("/")
    folders = [head]
    if not {*"*?["}.isdisjoint(head):
        folders = _matching(head, console, view)
    found = []
    for folder in folders:
        place = absolute(console.cwd, folder or ("/" if "/" in pattern else "."))
        for name in names_in(view, place):
            hidden = name.startswith(".") and not tail.startswith(".")
            if fnmatch.fnmatchcase(name, tail) and not hidden:
                found.append(f"{folder}/{name}" if "/" in pattern else name)
    return found or [pattern]
