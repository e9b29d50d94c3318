"""Reading a command line: words, quotes, pipes, lists, loops, redirections.

The grammar is the part of sh(1) that people type: ``;`` ``&`` ``&&`` ``||`` ``|``
``!``, ``<`` ``>`` ``>>`` ``2>`` ``2>&1`` ``<<``, ``for``, ``while``, ``if``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.lab.lexer import (
    Heredoc,
    IncompleteError,
    Operator,
    ShellSyntaxError,
    Token,
    Word,
    tokens_of,
)

MAX_DEPTH = 20
_REDIRECTS = frozenset({"<", ">", ">>", "2>", "2>>", "&>", "2>&1", ">&2"})
_ENDS = frozenset({"then", "else", "elif", "fi", "do", "done", "}", ")"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a command reads or writes instead of the terminal."""

    operator: str
    target: Word | None


@dataclass(frozen=True, slots=True)
class Simple:
    """A command with its words."""

    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...] = ()
    text: str | None = None
    """What a here-document gives it to read."""


@dataclass(frozen=True, slots=True)
class For:
    """Commands once per word."""

    name: str
    words: tuple[Word, ...]
    body: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class While:
    """Commands for as long as others succeed."""

    condition: "tuple[Item, ...]"
    body: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class If:
    """Commands if others succeed, else different ones."""

    condition: "tuple[Item, ...]"
    body: "tuple[Item, ...]"
    otherwise: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Group:
    """Commands in braces or parentheses."""

    body: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Redirected:
    """A loop, a choice or a group with files of its own."""

    command: "For | While | If | Group"
    redirects: tuple[Redirect, ...]


Compound = For | While | If | Group | Redirected
Command = Simple | Compound


@dataclass(frozen=True, slots=True)
class Item:
    """One pipeline of a list, and when it runs."""

    when: str
    """Empty: always; ``&&`` and ``||``: after the one before went well, or not."""
    stages: tuple[Command, ...]
    negated: bool = False
    background: bool = False
    source: str = ""
    """The words as typed, for the list of jobs."""


def parse(text: str) -> tuple[Item, ...]:
    """Return what a command line asks for.

    Raises ShellSyntaxError, and IncompleteError when more lines have to follow.
    """
    reader = _Reader(tokens_of(text))
    items = reader.items(())
    if reader.here < len(reader.tokens):
        raise ShellSyntaxError(_spelled(reader.tokens[reader.here]))
    return items


class _Reader:
    """Recursive descent over tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.here = 0
        self.depth = 0

    def items(self, ends: tuple[str, ...]) -> tuple[Item, ...]:
        """Read pipelines up to one of the words that end this list."""
        found: list[Item] = []
        when = ""
        while True:
            self._skip_newlines()
            if self._is_word(*ends) or self.here >= len(self.tokens):
                break
            item = self._pipeline(when)
            following = self._operator(";", "\n", "&", "&&", "||")
            if following == "&":
                item = Item(item.when, item.stages, item.negated, True, item.source)
            found.append(item)
            when = following if following in {"&&", "||"} else ""
            if when:
                self._skip_newlines()
                self._more()
            elif not following:
                break
        if ends and not self._is_word(*ends):
            if self.here >= len(self.tokens):
                raise IncompleteError
            raise ShellSyntaxError(_spelled(self.tokens[self.here]))
        return tuple(found)

    def _pipeline(self, when: str) -> Item:
        start = self.here
        negated = self._take_word("!")
        stages = [self._command()]
        while self._operator("|"):
            self._skip_newlines()
            self._more()
            stages.append(self._command())
        source = " ".join(_spelled(token) for token in self.tokens[start : self.here])
        return Item(when, tuple(stages), negated, source=source)

    def _command(self) -> Command:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ShellSyntaxError(_spelled(self.tokens[self.here]))
        try:
            compound = self._compound()
            if compound is None:
                return self._simple()
            redirects = self._redirects()
            return Redirected(compound, redirects) if redirects else compound
        finally:
            self.depth -= 1

    def _compound(self) -> For | While | If | Group | None:
        if self._take_word("for"):
            return self._for()
        if self._take_word("while"):
            condition = self._list("do")
            return While(condition, self._list("done"))
        if self._take_word("if"):
            return self._if()
        if self._take_word("{"):
            return Group(self._list("}"))
        if self._take_word("("):
            return Group(self._list(")"))
        return None

    def _for(self) -> For:
        name = _spelled(self._next())
        if not name.isidentifier():
            raise ShellSyntaxError(name)
        if not self._take_word("in"):
            raise ShellSyntaxError(_spelled(self._next()))
        words = []
        while not self._operator(";", "\n"):
            words.append(self._expect_word())
        self._skip_newlines()
        if not self._take_word("do"):
            raise ShellSyntaxError(_spelled(self._next()))
        return For(name, tuple(words), self._list("done"))

    def _if(self) -> If:
        condition = self._list("then")
        body = self.items(("elif", "else", "fi"))
        if self._take_word("elif"):
            return If(condition, body, (Item("", (self._if(),)),))
        otherwise = self._list("fi") if self._take_word("else") else ()
        if not otherwise:
            self._take_word("fi")
        return If(condition, body, otherwise)

    def _list(self, end: str) -> tuple[Item, ...]:
        """Read a list and the word that ends it; an empty one is an error."""
        items = self.items((end,))
        token = self._next()
        if not items:
            raise ShellSyntaxError(_spelled(token))
        return items

    def _simple(self) -> Simple:
        words: list[Word] = []
        redirects: list[Redirect] = []
        text: str | None = None
        while self.here < len(self.tokens):
            token = self.tokens[self.here]
            if isinstance(token, Word):
                words.append(token)
            elif isinstance(token, Heredoc):
                text = token.text
            elif token.text in _REDIRECTS:
                redirects.append(self._redirect(token.text))
                continue
            else:
                break
            self.here += 1
        if not words and not redirects:
            raise ShellSyntaxError(_spelled(self._next()))
        if words and _plain(words[0]) in _ENDS:
            raise ShellSyntaxError(_plain(words[0]))
        return Simple(tuple(words), tuple(redirects), text)

    def _redirects(self) -> tuple[Redirect, ...]:
        found = []
        while operator := self._operator(*_REDIRECTS):
            self.here -= 1
            found.append(self._redirect(operator))
        return tuple(found)

    def _redirect(self, operator: str) -> Redirect:
        self.here += 1
        if operator in {"2>&1", ">&2"}:
            return Redirect(operator, None)
        return Redirect(operator, self._expect_word())

    def _expect_word(self) -> Word:
        token = self._next()
        if not isinstance(token, Word):
            raise ShellSyntaxError(_spelled(token))
        return token

    def _next(self) -> Token:
        self._more()
        self.here += 1
        return self.tokens[self.here - 1]

    def _more(self) -> None:
        if self.here >= len(self.tokens):
            raise IncompleteError

    def _operator(self, *wanted: str) -> str:
        """Take one of these operators; return it, or an empty text."""
        if self.here < len(self.tokens):
            token = self.tokens[self.here]
            if isinstance(token, Operator) and token.text in wanted:
                self.here += 1
                return token.text
        return ""

    def _skip_newlines(self) -> None:
        while self._operator("\n"):
            continue

    def _is_word(self, *wanted: str) -> bool:
        if self.here >= len(self.tokens):
            return False
        token = self.tokens[self.here]
        if isinstance(token, Operator):
            return token.text in wanted
        return isinstance(token, Word) and _plain(token) in wanted

    def _take_word(self, wanted: str) -> bool:
        found = self._is_word(wanted)
        self.here += found
        return found


def _plain(word: Word) -> str:
    """Return a word without quotes or variables; of another, an empty text."""
    is_plain = all(part.kind == "plain" for part in word.parts)
    return "".join(part.text for part in word.parts) if is_plain else ""


def _spelled(token: Token) -> str:
    if isinstance(token, Operator):
        return "newline" if token.text == "\n" else token.text
    return token.source
