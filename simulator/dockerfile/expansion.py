"""Variables in a word: ``$name``, ``${name}``, ``${name:-word}``, ``${name:+word}``.

A Dockerfile replaces them in FROM, ENV, COPY and most others; in RUN, CMD and
ENTRYPOINT the shell does. Quotes go, what a backslash protects stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_DEPTH = 8
MAX_LENGTH = 8000
"""A longer result is an error: defaults in defaults must not blow up."""
_MARKS = frozenset("$'\"")
"""A word without any of these, and without the escape mark, stands for itself."""
_FIRST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_OTHERS = _FIRST | frozenset("0123456789")


class ExpansionError(Exception):
    """A word that cannot be expanded; the text says why."""


def expand(word: str, values: Mapping[str, str], escape: str = "\\") -> str:
    """Return the word with its variables replaced and its quotes removed.

    A variable without a value gives nothing. Raises ExpansionError.
    """
    if len(word) <= MAX_LENGTH and _MARKS.isdisjoint(word) and escape not in word:
        return word
    return _Word(word, values, escape).until("", 0)


@dataclass(slots=True)
class _Word:
    """A word on its way from left to right."""

    text: str
    values: Mapping[str, str]
    escape: str
    at: int = 0

    quote: str = ""
    """The quotation mark that is open."""

    def until(self, end: str, depth: int) -> str:
        """Expand up to the letter ``end``, or to the end of the text."""
        if depth > MAX_DEPTH:
            raise ExpansionError(f"variables nested deeper than {MAX_DEPTH} levels")
        outer, self.quote = self.quote, ""
        parts: list[str] = []
        length = 0
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == end and not self.quote:
                self.quote = outer
                return "".join(parts)
            self.at += 1
            parts.append(self._next(letter, depth))
            length += len(parts[-1])
            if length > MAX_LENGTH:
                raise ExpansionError(f"longer than {MAX_LENGTH} letters")
        if self.quote:
            raise ExpansionError(f"unexpected end of statement, a {self.quote} is open")
        if end:
            raise ExpansionError(f"missing {end}")
        return "".join(parts)

    def _next(self, letter: str, depth: int) -> str:
        """Return what a letter, and what belongs to it, gives."""
        if letter in "'\"" and self.quote in {"", letter}:
            self.quote = "" if self.quote else letter
            return ""
        if self.quote == "'":
            return letter
        if letter == self.escape:
            return self._escaped()
        return self._variable(depth) if letter == "$" else letter

    def _escaped(self) -> str:
        """Take what stands after the escape mark; inside quotes it may stay."""
        if self.at >= len(self.text):
            return self.escape
        letter = self.text[self.at]
        self.at += 1
        keeps = self.quote and letter not in {'"', "$", self.escape}
        return self.escape + letter if keeps else letter

    def _variable(self, depth: int) -> str:
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            return self._braced(depth)
        name = self._name()
        return self.values.get(name, "") if name else "$"

    def _braced(self, depth: int) -> str:
        name = self._name()
        if not name:
            raise ExpansionError("bad substitution: no name after ${")
        value = self.values.get(name, "")
        mark = self.text[self.at : self.at + 1]
        if mark == ":":
            mark = self.text[self.at : self.at + 2]
        self.at += len(mark)
        if mark == "}":
            return value
        if mark.removeprefix(":") not in {"-", "+", "?"}:
            if not mark:
                raise ExpansionError("missing }")
            raise ExpansionError(f"unsupported modifier {mark!r} in substitution")
        word = self.until("}", depth + 1)
        self.at += 1
        there = bool(value) if mark.startswith(":") else name in self.values
        if mark.endswith("?"):
            if not there:
                raise ExpansionError(f"{name}: {word or 'not allowed to be unset'}")
            return value
        if mark.endswith("+"):
            return word if there else ""
        return value if there else word

    def _name(self) -> str:
        first = self.at
        while self.at < len(self.text):
            letters = _OTHERS if self.at > first else _FIRST
            if self.text[self.at] not in letters:
                break
            self.at += 1
        return self.text[first : self.at]
