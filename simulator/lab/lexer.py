"""Words and operators of a command line, with their quotes and substitutions."""

import re
from dataclasses import dataclass, field

OPERATORS = (
    "2>&1",
    "2>>",
    "2>",
    "&>",
    ">&2",
    ">>",
    "&&",
    "||",
    "|",
    "&",
    ";",
    "<",
    ">",
    "(",
    ")",
    "\n",
)
"""The longer ones first: the first that fits is meant."""
_SPACE = " \t\r"
_NAME = re.compile(r"\$(?:\{(\w+)\}|(\w+|[?$!#]))")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(['\"]?)(\w+)\2")
MAX_TEXT = 20_000
"""Characters of one command line."""


class ShellSyntaxError(Exception):
    """The line is not in the language; the argument is the token that is wrong."""


class IncompleteError(Exception):
    """The line is fine so far, but more has to follow."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word."""

    kind: str
    """``plain``, ``quoted``, ``variable``, ``command``; the latter two also with
    ``quoted-`` before it, where no blank splits what they give."""
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between blanks; a variable in it gets its value later."""

    parts: tuple[Part, ...]
    source: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Operator:
    """A sign between words."""

    text: str


@dataclass(frozen=True, slots=True)
class Heredoc:
    """Lines that follow a command and are what it reads."""

    text: str
    source: str = "<<"


Token = Word | Operator | Heredoc


def tokens_of(text: str) -> list[Token]:
    """Split a text; raises ShellSyntaxError, and IncompleteError at an open end."""
    if len(text) > MAX_TEXT:
        raise ShellSyntaxError("a line this long")
    return _Lexer(text).tokens()


class _Lexer:
    """One pass over the characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.here = 0
        self.waiting: list[tuple[int, str, bool]] = []
        """Here-documents whose lines come after this one."""

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        while self.here < len(self.text):
            char = self.text[self.here]
            if char in _SPACE:
                self.here += 1
            elif self.text.startswith("\\\n", self.here):
                self.here += 2
            elif char == "#":
                end = self.text.find("\n", self.here)
                self.here = len(self.text) if end < 0 else end
            elif match := _HEREDOC.match(self.text, self.here):
                self.here = match.end()
                self.waiting.append((len(found), match[3], bool(match[1])))
                found.append(Heredoc(""))
            elif operator := self._operator():
                self.here += len(operator)
                found.append(Operator(operator))
                if operator == "\n":
                    self._read_heredocs(found)
            else:
                found.append(self._word())
        if self.waiting:
            raise IncompleteError
        return found

    def _operator(self) -> str:
        for operator in OPERATORS:
            if self.text.startswith(operator, self.here):
                return operator
        return ""

    def _read_heredocs(self, found: list[Token]) -> None:
        for index, end, strips in self.waiting:
            lines = []
            while True:
                if self.here >= len(self.text):
                    raise IncompleteError
                line, _, _ = self.text[self.here :].partition("\n")
                self.here += len(line) + 1
                line = line.lstrip("\t") if strips else line
                if line == end:
                    break
                lines.append(f"{line}\n")
            found[index] = Heredoc("".join(lines))
        self.waiting.clear()

    def _word(self) -> Word:
        start = self.here
        parts: list[Part] = []
        while self.here < len(self.text):
            char = self.text[self.here]
            if char in _SPACE or (self._operator() and not self._is_digit_first()):
                break
            if char == "'":
                parts.append(Part("quoted", self._until("'")))
            elif char == '"':
                self.here += 1
                parts += self._double_quoted()
            elif char == "\\":
                parts.append(Part("quoted", self.text[self.here + 1 : self.here + 2]))
                self.here += 2
            elif char in "$`":
                parts.append(self._dollar(""))
            else:
                parts.append(Part("plain", char))
                self.here += 1
        return Word(_joined(parts), self.text[start : self.here])

    def _is_digit_first(self) -> bool:
        """Return whether a ``2`` inside a word is not the start of ``2>``."""
        before = self.text[self.here - 1 : self.here]
        return self.text[self.here] == "2" and before not in {*_SPACE, ""}

    def _until(self, quote: str) -> str:
        end = self.text.find(quote, self.here + 1)
        if end < 0:
            raise IncompleteError
        found = self.text[self.here + 1 : end]
        self.here = end + 1
        return found

    def _double_quoted(self) -> list[Part]:
        parts = [Part("quoted", "")]
        while self.here < len(self.text):
            char = self.text[self.here]
            if char == '"':
                self.here += 1
                return parts
            if char in "$`":
                parts.append(self._dollar("quoted-"))
            elif char == "\\" and self.text[self.here + 1 : self.here + 2] in '"\\$`':
                parts.append(Part("quoted", self.text[self.here + 1 : self.here + 2]))
                self.here += 2
            else:
                parts.append(Part("quoted", char))
                self.here += 1
        raise IncompleteError

    def _dollar(self, prefix: str) -> Part:
        if self.text[self.here] == "`":
            return Part(f"{prefix}command", self._until("`"))
        if self.text.startswith("$(", self.here):
            return Part(f"{prefix}command", self._parenthesised())
        match = _NAME.match(self.text, self.here)
        if match is None:
            self.here += 1
            return Part("quoted", "$")
        self.here = match.end()
        return Part(f"{prefix}variable", match[1] or match[2])

    def _parenthesised(self) -> str:
        start = self.here + 2
        depth = 0
        for place in range(start - 1, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[place], 0)
            if not depth:
                self.here = place + 1
                return self.text[start:place]
        raise IncompleteError


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Put neighbours of one kind together."""
    found: list[Part] = []
    for part in parts:
        if found and part.kind in {"plain", "quoted"} and found[-1].kind == part.kind:
            found[-1] = Part(part.kind, found[-1].text + part.text)
        else:
            found.append(part)
    return tuple(found)
