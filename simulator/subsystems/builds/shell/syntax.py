"""From a command line to a tree: lists of pipelines of commands.

This is the part of the shell's language that builds use. What is beyond it (loops,
command substitution, jobs in the background) is refused by name, never guessed at.
"""

from dataclasses import dataclass
from typing import NamedTuple

from simulator.subsystems.builds.shell.tokens import (
    Operator,
    ShellSyntaxError,
    Token,
    Word,
    tokens_of,
)

MAX_DEPTH = 6
SEQUENCE = (";", "\n")
NOT_MODELLED = ("if", "for", "while", "until", "case", "function", "[[", "select")
_REDIRECTIONS = (">", ">>", "<", "<<", "2>", "2>>", "&>", ">&2", "2>&1")
_ALONE = (">&2", "2>&1")
"""Redirections that no file name follows."""


class Redirection(NamedTuple):
    """Where a command reads from or writes to instead."""

    kind: str
    target: Word


@dataclass(frozen=True, slots=True)
class Command:
    """A program's name and its arguments, with variables set for it alone."""

    words: tuple[Word, ...]
    assignments: tuple[tuple[str, Word], ...] = ()
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Commands in parentheses (a shell of their own) or in braces."""

    body: "Line"
    is_subshell: bool
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands whose output is the next one's input."""

    commands: tuple[Command | Group, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by ``&&`` and ``||``; the first has no operator."""

    parts: tuple[tuple[str, Pipeline], ...]


Line = tuple[AndOr, ...]


def parse_line(text: str) -> Line:
    """Return the tree of a command line; raise ShellSyntaxError."""
    return _Parser(tokens_of(text)).line("", 0)


@dataclass(slots=True)
class _Parser:
    """Tokens, read from left to right."""

    tokens: list[Token]
    at: int = 0

    def line(self, end: str, depth: int) -> Line:
        """Read lists up to the token that ends them."""
        if depth > MAX_DEPTH:
            raise ShellSyntaxError("too many parentheses inside each other")
        lists: list[AndOr] = []
        while True:
            while self._operator() in SEQUENCE:
                self.at += 1
            if self._is_end(end):
                return tuple(lists)
            lists.append(self._and_or(depth))
            after = self._operator()
            if after == "&":
                raise ShellSyntaxError("jobs in the background are not modelled")
            if after not in SEQUENCE and not self._ends(end):
                raise self._unexpected()

    def _ends(self, end: str) -> bool:
        return self.at >= len(self.tokens) or self._is(end)

    def _is_end(self, end: str) -> bool:
        if self.at >= len(self.tokens):
            if end:
                raise ShellSyntaxError(f'end of file unexpected (expecting "{end}")')
            return True
        return self._is(end)

    def _is(self, end: str) -> bool:
        return bool(end) and (self._operator() == end or self._plain() == end)

    def _and_or(self, depth: int) -> AndOr:
        parts = [("", self._pipeline(depth))]
        while self._operator() in {"&&", "||"}:
            joined = str(self._operator())
            self.at += 1
            self._skip_newlines()
            parts.append((joined, self._pipeline(depth)))
        return AndOr(tuple(parts))

    def _pipeline(self, depth: int) -> Pipeline:
        negated = self._plain() == "!"
        self.at += negated
        commands = [self._command(depth)]
        while self._operator() == "|":
            self.at += 1
            self._skip_newlines()
            commands.append(self._command(depth))
        return Pipeline(tuple(commands), negated)

    def _command(self, depth: int) -> Command | Group:
        word = self._plain()
        if word in NOT_MODELLED:
            raise ShellSyntaxError(f"{word!r} is not modelled")
        if self._operator() == "(" or word == "{":
            return self._group(depth)
        words: list[Word] = []
        assignments: list[tuple[str, Word]] = []
        redirections: list[Redirection] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if isinstance(token, Operator):
                if token.text not in _REDIRECTIONS:
                    break
                redirections.append(self._redirection(token.text))
                continue
            self.at += 1
            assigned = None if words else token.assignment()
            if assigned is None:
                words.append(token)
            else:
                assignments.append(assigned)
        if not words and not assignments and not redirections:
            raise self._unexpected()
        return Command(tuple(words), tuple(assignments), tuple(redirections))

    def _group(self, depth: int) -> Group:
        is_subshell = self._operator() == "("
        self.at += 1
        end = ")" if is_subshell else "}"
        body = self.line(end, depth + 1)
        if not body:
            raise self._unexpected()
        self.at += 1
        redirections = []
        while self._operator() in _REDIRECTIONS:
            redirections.append(self._redirection(str(self._operator())))
        return Group(body, is_subshell, tuple(redirections))

    def _redirection(self, kind: str) -> Redirection:
        self.at += 1
        if kind in _ALONE:
            return Redirection(kind, Word(()))
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if isinstance(token, Word):
            self.at += 1
            return Redirection(kind, token)
        raise self._unexpected()

    def _skip_newlines(self) -> None:
        while self._operator() == "\n":
            self.at += 1

    def _operator(self) -> str | None:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token.text if isinstance(token, Operator) else None

    def _plain(self) -> str | None:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token.plain if isinstance(token, Word) else None

    def _unexpected(self) -> ShellSyntaxError:
        """Return what a shell says of a token, or of an end, that does not fit."""
        if self.at >= len(self.tokens):
            return ShellSyntaxError("end of file unexpected")
        token = self.tokens[self.at]
        shown = token.text if isinstance(token, Operator) else "word"
        shown = "newline" if shown == "\n" else shown
        return ShellSyntaxError(f'"{shown}" unexpected')
