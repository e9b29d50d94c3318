"""Typed reading of one YAML mapping, which collects every problem on the way.

A reading method that meets a fault notes it and returns a stand-in of the right
type, so that the caller reads on; `Problems.check` then refuses the whole file.
"""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from difflib import get_close_matches

from quizzes.specs.problems import SpecError, SpecProblem
from simulator import Node, SourceError, parse_source

KINDS = {
    "map": "a mapping",
    "list": "a list",
    "text": "text",
    "int": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "null": "nothing",
}
SCALARS = frozenset(KINDS) - {"map", "list"}
POINTS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
# PostgreSQL's text holds no zero byte, and no encoding holds half a character.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST_SHOWN = 60
MAX_PROBLEMS = 100
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_HINT = "Use small letters, digits and single hyphens."

# Keys with which other platforms flag the right option.
EXECUTED = frozenset(
    {
        "answer",
        "answers",
        "correct",
        "correct_answer",
        "credited",
        "fraction",
        "is_correct",
        "is_right",
        "is_true",
        "key_answer",
        "right",
        "solution",
        "true",
        "truth",
    }
)


def shown(text: str) -> str:
    """`text` as it may stand in a message: short, in backticks."""
    short = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return f"`{''.join(char if char.isprintable() else ' ' for char in short)}`"


def did_you_mean(word: str, words: Collection[str]) -> str:
    close = get_close_matches(word[:LONGEST_SHOWN], sorted(words), n=1)
    if close:
        return f"Did you mean {shown(close[0])}?"
    return f"Known: {', '.join(map(shown, sorted(words))) or 'none'}."


class Problems:
    """The faults of one file, gathered while it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._found: list[SpecProblem] = []

    def add(self, place: tuple[int, int], path: str, message: str, hint: str) -> None:
        if not self.is_full:
            self._found.append(SpecProblem(*place, path, message, hint))

    @property
    def is_full(self) -> bool:
        """Nobody reads more; a hostile file must not make us write it, either."""
        return len(self._found) >= MAX_PROBLEMS

    def check(self) -> None:
        if self._found:
            raise SpecError(self.name, tuple(self._found))


class Fields:
    """One mapping: ask for each key once, then `finish` reports the unknown ones."""

    def __init__(self, problems: Problems, node: Node, path: str = "") -> None:
        self.problems = problems
        self.node = node
        self.path = path
        self._asked: set[str] = set()
        self._values: dict[str, Node] = node.value if node.kind == "map" else {}
        if node.kind != "map":
            message = f"A mapping with keys is needed here, not {KINDS[node.kind]}."
            self._note(node, path, message)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of this key's value, or of the mapping without it."""
        node = self._values.get(key, self.node)
        return node.line, node.column

    def add(self, key: str, message: str, hint: str = "") -> None:
        self.problems.add(self.place(key), self.at(key), message, hint)

    def add_to_entry(self, key: str, index: int, message: str, hint: str = "") -> None:
        """Note a fault of one entry of a list."""
        self._note(
            self._values[key].value[index], f"{self.at(key)}[{index}]", message, hint
        )

    def expect(self, *keys: str) -> None:
        """Accept keys that cannot be read before another problem is repaired."""
        self._asked.update(keys)

    def finish(self) -> None:
        for key, place in self.node.keys.items():
            if key in self._asked or self.problems.is_full:
                continue
            if key.lower() in EXECUTED:
                message = f"{shown(key)} cannot be declared: what is right is executed."
                hint = "Let the option name a `claim`; running the scenario decides."
            else:
                message = f"There is no key {shown(key)} here."
                hint = did_you_mean(key, self._asked)
            self.problems.add(place, self.at(key[:LONGEST_SHOWN]), message, hint)

    def text(
        self,
        key: str,
        *,
        longest: int,
        default: str | None = None,
        pattern: re.Pattern[str] | None = None,
        hint: str = "",
    ) -> str:
        """Text without white space around it; required unless it has a default."""
        node = self._take(key, required=default is None)
        if node is None:
            return default or ""
        return self._text(node, self.at(key), longest, pattern, hint)

    def slug(self, key: str) -> str:
        return self.text(key, longest=50, pattern=SLUG, hint=SLUG_HINT)

    def optional_slug(self, key: str) -> str | None:
        slug = self.text(key, longest=50, pattern=SLUG, hint=SLUG_HINT, default="")
        return slug or None

    def texts(
        self,
        key: str,
        *,
        longest: int,
        pattern: re.Pattern[str],
        hint: str,
        fewest: int = 0,
        most: int = 100,
    ) -> tuple[str, ...]:
        """A list of texts, each of them once; required when some are needed."""
        words: list[str] = []
        for path, node in self._entries(key, fewest, most):
            word = self._text(node, path, longest, pattern, hint)
            if word and word in words:
                self._note(node, path, f"{shown(word)} stands here twice.")
            words.append(word)
        return tuple(words)

    def choice(self, key: str, words: tuple[str, ...], *, default: str = "") -> str:
        """One of the words; required unless it has a default."""
        return self._choice(key, words, required=not default) or default

    def optional_choice(self, key: str, words: tuple[str, ...]) -> str | None:
        return self._choice(key, words, required=False)

    def whole_number(
        self, key: str, *, lowest: int, highest: int, default: int | None = None
    ) -> int:
        node = self._take(key, required=default is None)
        if node is None:
            return lowest if default is None else default
        return self._whole_number(node, key, lowest, highest)

    def optional_number(self, key: str, *, lowest: int, highest: int) -> int | None:
        """A whole number, or None when the key is missing or null."""
        node = self._take(key, required=False)
        if node is None or node.kind == "null":
            return None
        return self._whole_number(node, key, lowest, highest)

    def points(self, key: str, *, highest: Decimal) -> Decimal:
        """A positive decimal with at most two places."""
        node = self._take(key)
        if node is None:
            return highest
        text = str(node.value) if node.kind in {"int", "decimal"} else ""
        value = Decimal(text) if POINTS.fullmatch(text) else Decimal(0)
        if not 0 < value <= highest:
            message = f"`{key}` must be a number above 0 and up to {highest}."
            self.add(key, message, "At most two decimal places.")
        return value

    def mappings(self, key: str, *, fewest: int, most: int) -> Iterator["Fields"]:
        """The mappings of a list, each with its place in the path."""
        for path, node in self._entries(key, fewest, most):
            yield Fields(self.problems, node, path)

    def _note(self, node: Node, path: str, message: str, hint: str = "") -> None:
        self.problems.add((node.line, node.column), path, message, hint)

    def _take(self, key: str, *, required: bool = True) -> Node | None:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None and required and self.node.kind == "map":
            self.add(key, f"The key `{key}` is missing.")
        return node

    def _entries(self, key: str, fewest: int, most: int) -> Iterator[tuple[str, Node]]:
        node = self._take(key, required=fewest > 0)
        if node is None:
            return
        if node.kind != "list":
            message = f"`{key}` must be a list, not {KINDS[node.kind]}."
            self.add(key, message, "Start each entry on its own line with `- `.")
            return
        number = len(node.value)
        if not fewest <= number <= most:
            message = f"`{key}` needs {fewest} to {most} entries and has {number}."
            self.add(key, message)
        for index, entry in enumerate(node.value[:most]):
            yield f"{self.at(key)}[{index}]", entry

    def _choice(
        self, key: str, words: tuple[str, ...], *, required: bool
    ) -> str | None:
        node = self._take(key, required=required)
        if node is None:
            return None
        word = str(node.value) if node.kind == "text" else ""
        if word in words:
            return word
        wrong = shown(word) if word else KINDS[node.kind]
        self.add(key, f"`{key}` cannot be {wrong}.", did_you_mean(word, words))
        return None

    def _text(
        self,
        node: Node,
        path: str,
        longest: int,
        pattern: re.Pattern[str] | None,
        hint: str,
    ) -> str:
        if node.kind not in {"text", "null"}:
            message = f"Text is needed here; YAML reads this as {KINDS[node.kind]}."
            quotes = "Put it in quotes." if node.kind in SCALARS else ""
            self._note(node, path, message, quotes)
            return ""
        text = (node.value or "").strip()
        if not text:
            self._note(node, path, "This must not be empty.")
        elif UNSTORABLE.search(text):
            self._note(node, path, "This holds a character that cannot be stored.")
        elif len(text) > longest:
            message = f"This is {len(text)} characters long; {longest} are allowed."
            self._note(node, path, message)
        elif pattern and not pattern.fullmatch(text):
            self._note(node, path, f"{shown(text)} cannot be used here.", hint)
        return text

    def _whole_number(self, node: Node, key: str, lowest: int, highest: int) -> int:
        if node.kind == "int" and lowest <= node.value <= highest:
            return int(node.value)
        message = f"`{key}` must be a whole number from {lowest} to {highest}."
        self.add(key, message)
        return lowest


def read_mapping(source: str, *, name: str) -> Fields:
    """The top of a file, which must be one mapping."""
    problems = Problems(name)
    try:
        node, found = parse_source(source)
    except SourceError as error:
        node, found = Node("map", {}, 1, 1), [error.problem]
    for problem in found:
        place = problem.line, problem.column
        message, hint = _sentence(problem.message), _sentence(problem.hint)
        problems.add(place, problem.path, message, hint)
    fields = Fields(problems, node)
    if node.kind != "map" or not node.value:
        problems.check()
    return fields


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
