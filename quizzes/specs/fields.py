"""Typed reading of one YAML mapping, which collects every problem on the way.

A reading method that meets a fault notes it and returns a stand-in of the right
type, so that the caller reads on; `Problems.check` then refuses the whole file.
"""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from difflib import get_close_matches

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from quizzes.specs.problems import SpecError, SpecProblem
from quizzes.specs.yaml_tree import parse, problem_at

TAG = "tag:yaml.org,2002:"
KINDS = {
    "null": "nothing",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "map": "a mapping",
    "seq": "a list",
    "str": "text",
}
WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
POINTS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SHOWN = 60
MAX_PROBLEMS = 100
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


def kind(node: Node) -> str:
    name = node.tag.removeprefix(TAG)
    return KINDS.get(name, name)


def shown(text: str) -> str:
    """`text` as it may stand in a message: short, in backticks."""
    return f"`{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '…'}`"


def did_you_mean(word: str, words: Collection[str]) -> str:
    close = get_close_matches(word, sorted(words), n=1)
    if close:
        return f"Did you mean {shown(close[0])}?"
    return f"Known: {', '.join(map(shown, sorted(words))) or 'none'}."


class Problems:
    """The faults of one file, gathered while it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._found: list[SpecProblem] = []

    def add(self, node: Node, path: str, message: str, hint: str = "") -> None:
        self.add_problem(problem_at(node.start_mark, path, message, hint))

    def add_problem(self, problem: SpecProblem) -> None:
        if not self.is_full:
            self._found.append(problem)

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
        self._values: dict[str, Node] = {}
        self._keys: dict[str, Node] = {}
        self._asked: set[str] = set()
        if not isinstance(node, MappingNode):
            message = f"A mapping with keys is needed here, not {kind(node)}."
            problems.add(node, path, message)
            return
        for key, value in node.value:
            self._add(key, value)

    def _add(self, key: Node, value: Node) -> None:
        if not isinstance(key, ScalarNode):
            self.problems.add(key, self.path, "A key must be a word.")
            return
        if key.value in self._values:
            first = self._keys[key.value].start_mark.line + 1
            message = f"{shown(key.value)} stands here twice; first in line {first}."
            self.problems.add(key, self.at(key.value), message, "Keep one.")
            return
        self._keys[key.value] = key
        self._values[key.value] = value

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def place(self, key: str) -> Node:
        """The node to point at for this key: its value, or the mapping."""
        return self._values.get(key, self.node)

    def add(self, key: str, message: str, hint: str = "") -> None:
        self.problems.add(self.place(key), self.at(key), message, hint)

    def expect(self, *keys: str) -> None:
        """Accept keys that cannot be read before another problem is repaired."""
        self._asked.update(keys)

    def finish(self) -> None:
        for key, node in self._keys.items():
            if key in self._asked or self.problems.is_full:
                continue
            if key.lower() in EXECUTED:
                message = f"{shown(key)} cannot be declared: what is right is executed."
                hint = "Let the option name a `claim`; running the scenario decides."
            else:
                message = f"There is no key {shown(key)} here."
                hint = did_you_mean(key, self._asked)
            self.problems.add(node, self.at(key), message, hint)

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
        return (
            self.text(key, longest=50, pattern=SLUG, hint=SLUG_HINT, default="") or None
        )

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
        found: set[str] = set()
        words = []
        for path, node in self._entries(key, fewest, most):
            word = self._text(node, path, longest, pattern, hint)
            if word and word in found:
                self.problems.add(node, path, f"{shown(word)} stands here twice.")
            found.add(word)
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
        if node is None or node.tag == f"{TAG}null":
            return None
        return self._whole_number(node, key, lowest, highest)

    def points(self, key: str, *, highest: Decimal) -> Decimal:
        """A positive decimal with at most two places."""
        node = self._take(key)
        if node is None:
            return highest
        value = Decimal(0)
        if isinstance(node, ScalarNode) and POINTS.fullmatch(node.value):
            value = Decimal(node.value)
        if not 0 < value <= highest:
            message = f"`{key}` must be a number above 0 and up to {highest}."
            self.add(key, message, "At most two decimal places.")
        return value

    def mappings(self, key: str, *, fewest: int, most: int) -> Iterator["Fields"]:
        """The mappings of a list, each with its place in the path."""
        for path, node in self._entries(key, fewest, most):
            yield Fields(self.problems, node, path)

    def _choice(
        self, key: str, words: tuple[str, ...], *, required: bool
    ) -> str | None:
        node = self._take(key, required=required)
        if node is None:
            return None
        word = node.value if isinstance(node, ScalarNode) else kind(node)
        if word not in words:
            hint = did_you_mean(word, words)
            self.add(key, f"`{key}` cannot be {shown(word)}.", hint)
            return None
        return str(word)

    def _take(self, key: str, *, required: bool = True) -> Node | None:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None and required and isinstance(self.node, MappingNode):
            message = f"The key `{key}` is missing."
            self.problems.add(self.node, self.at(key), message)
        return node

    def _entries(self, key: str, fewest: int, most: int) -> Iterator[tuple[str, Node]]:
        node = self._take(key, required=fewest > 0)
        if node is None:
            return
        if not isinstance(node, SequenceNode):
            message = f"`{key}` must be a list, not {kind(node)}."
            self.add(key, message, "Start each entry on its own line with `- `.")
            return
        if not fewest <= len(node.value) <= most:
            number = len(node.value)
            message = f"`{key}` needs {fewest} to {most} entries and has {number}."
            self.add(key, message)
        for index, entry in enumerate(node.value[:most]):
            yield f"{self.at(key)}[{index}]", entry

    def _text(
        self,
        node: Node,
        path: str,
        longest: int,
        pattern: re.Pattern[str] | None,
        hint: str,
    ) -> str:
        if node.tag not in {f"{TAG}str", f"{TAG}null"}:
            hint = "Put it in quotes." if isinstance(node, ScalarNode) else ""
            message = f"Text is needed here; YAML reads this as {kind(node)}."
            self.problems.add(node, path, message, hint)
            return ""
        text = str(node.value).strip()
        if not text or node.tag == f"{TAG}null":
            text = ""
            self.problems.add(node, path, "This must not be empty.")
        elif len(text) > longest:
            message = f"This is {len(text)} characters long; {longest} are allowed."
            self.problems.add(node, path, message)
        elif pattern and not pattern.fullmatch(text):
            self.problems.add(node, path, f"{shown(text)} cannot be used here.", hint)
        return text

    def _whole_number(self, node: Node, key: str, lowest: int, highest: int) -> int:
        value = None
        if isinstance(node, ScalarNode) and WHOLE_NUMBER.fullmatch(node.value):
            value = int(node.value)
        if value is None or not lowest <= value <= highest:
            message = f"`{key}` must be a whole number from {lowest} to {highest}."
            self.add(key, message)
            return lowest
        return value


def read_mapping(source: str, *, name: str) -> Fields:
    """The top of a file, which must be one mapping."""
    node = parse(source, name=name)
    if node is None:
        message = "The file is empty."
        raise SpecError(name, (SpecProblem(1, 1, "", message),))
    fields = Fields(Problems(name), node)
    if not isinstance(node, MappingNode):
        fields.problems.check()
    return fields
