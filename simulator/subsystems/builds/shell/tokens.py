"""Words and operators of a command line, with their quotes understood."""

import re
from typing import NamedTuple

from simulator.errors import SimulatorError

MAX_TOKENS = 2000
_OPERATORS = (
    *("2>&1", "2>>", "2>", "&>", ">&2", "1>&2", "&&", "||", ">>", "<<", ">", "<"),
    *(";", "\n", "|", "(", ")", "&"),
)
_SPELLINGS = {"1>&2": ">&2"}
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_UNMODELLED = re.compile(r"\$\(|`")
_RUN = re.compile(r"[^\s'\"\\;|&()<>`$#0-9]+")
"""Letters that mean nothing but themselves, wherever they stand."""


class ShellSyntaxError(SimulatorError):
    """A line that the shell, or this model of it, cannot read; the text says why."""


class Part(NamedTuple):
    """A piece of a word: its letters, and the quotes that were around it."""

    text: str
    quote: str


class Word(NamedTuple):
    """One word: its pieces from left to right."""

    parts: tuple[Part, ...]

    @property
    def plain(self) -> str | None:
        """Its letters, when nothing in it is quoted."""
        if any(part.quote for part in self.parts):
            return None
        return "".join(part.text for part in self.parts)

    def assignment(self) -> tuple[str, "Word"] | None:
        """Return name and value when the word sets a variable."""
        first = self.parts[0] if self.parts else Part("", "'")
        match = None if first.quote else _ASSIGNMENT.match(first.text)
        if match is None:
            return None
        rest = Part(first.text[match.end() :], "")
        return match[1], Word((rest, *self.parts[1:]))


class Operator(NamedTuple):
    """What joins or parts commands."""

    text: str


Token = Word | Operator


def tokens_of(text: str) -> list[Token]:
    """Split a command line; raise ShellSyntaxError."""
    tokens: list[Token] = []
    parts: list[Part] = []
    at = 0

    def finish() -> None:
        if parts:
            tokens.append(Word(tuple(parts)))
            parts.clear()
        if len(tokens) > MAX_TOKENS:
            raise ShellSyntaxError(f"more than {MAX_TOKENS} words")

    while at < len(text):
        letter = text[at]
        operator = _operator_at(text, at, inside=bool(parts))
        if operator:
            finish()
            tokens.append(Operator(_SPELLINGS.get(operator, operator)))
            at += len(operator)
        elif letter in " \t\r":
            finish()
            at += 1
        elif letter == "#" and not parts:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            part, at = _part_at(text, at)
            _join(parts, part)
    finish()
    return tokens


def _join(parts: list[Part], part: Part | None) -> None:
    """Add a piece; what is not quoted grows together, as a variable's name must."""
    if part is None:
        return
    if parts and not part.quote and not parts[-1].quote:
        part = Part(parts.pop().text + part.text, "")
    parts.append(part)


def _operator_at(text: str, at: int, *, inside: bool) -> str:
    """Return the operator that begins here; digits count only outside a word."""
    for operator in _OPERATORS:
        if text.startswith(operator, at):
            return "" if inside and operator[0].isdigit() else operator
    return ""


def _part_at(text: str, at: int) -> tuple[Part | None, int]:
    """Return the piece that begins here, and where the next one does."""
    plain = _RUN.match(text, at)
    if plain is not None:
        return Part(plain[0], ""), plain.end()
    letter = text[at]
    if letter == "'":
        end = text.find("'", at + 1)
        if end < 0:
            raise ShellSyntaxError("Unterminated quoted string")
        return Part(text[at + 1 : end], "'"), end + 1
    if letter == '"':
        return _quoted(text, at + 1)
    if letter == "\\":
        after = text[at + 1 : at + 2]
        return (None if after == "\n" else Part(after, "'")), at + 2
    if text.startswith("${", at):
        end = text.find("}", at)
        if end < 0:
            raise ShellSyntaxError("Missing '}'")
        return Part(text[at : end + 1], ""), end + 1
    if _UNMODELLED.match(text, at):
        raise ShellSyntaxError("command substitution is not modelled")
    return Part(letter, ""), at + 1


def _quoted(text: str, at: int) -> tuple[Part, int]:
    """Return what stands between double quotes; variables in it are still to come."""
    letters: list[str] = []
    while at < len(text) and text[at] != '"':
        if _UNMODELLED.match(text, at):
            raise ShellSyntaxError("command substitution is not modelled")
        size = 2 if text[at] == "\\" else 1
        letters.append(text[at : at + size])
        at += size
    if at >= len(text):
        raise ShellSyntaxError("Unterminated quoted string")
    return Part("".join(letters), '"'), at + 1
