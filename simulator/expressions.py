"""CEL, the Common Expression Language: compiled once, evaluated many times."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

# The package imports its own interactive shell, which costs each process of ours
# a third of a second at its start; nothing here uses it.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

import cel  # noqa: E402  after the line above

from simulator.errors import SimulatorError  # noqa: E402

MAX_LENGTH = 4000
MAX_BRACKETS = 64
MAX_MACROS = 2
"""Loops inside loops: each level may go over all events of a run."""
MAX_PATTERN = 100
MAX_COST_US = 5_000_000
"""Processor time that one evaluation may take, by estimate: it cannot be stopped."""
_LOOPS = ("all", "exists", "exists_one", "map", "filter")
_WORD = re.compile(
    rf"\.\s*(?P<loop>{'|'.join(_LOOPS)})\s*\(|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    r"|\b(?P<word>runs|matches)\b"
)
_REFERENCE = re.compile(r"\bruns\s*((?:\.\s*\w+\b(?!\s*\()\s*)+)")
_NAME = re.compile(r"\w+")
_ANY_RUNS = re.compile(r"\bruns\b")
_TEXT = r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
_HIDDEN = re.compile(rf"//[^\n]*|{_TEXT}")
_UNSEEN = re.compile(r"'''|\"\"\"|\b[rR][bB]?['\"]|\b[bB][rR]['\"]")
_MATCHES = re.compile(r"\bmatches\b")
_PATTERN = re.compile(rf"\.\s*matches\s*\(\s*({_TEXT})\s*\)")
_COUNTED = re.compile(r"\{|\\[pP]")

Path = tuple[str, ...]
"""Names after ``runs``: an arm, a part of its run, a key in that, and so on."""
Chain = tuple[str, ...]
"""Loops inside each other, the outermost first; at its end perhaps what is used there:
``runs`` or ``matches``."""


class ExpressionError(SimulatorError):
    """An expression does not parse, or it failed on the values it was given."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and what it reads of the runs."""

    source: str
    program: Any
    reads: tuple[Path, ...]
    reads_all: bool
    """True when ``runs`` is used otherwise than as ``runs.<arm>``."""
    chains: tuple[Chain, ...]

    @property
    def arms(self) -> set[str]:
        """The arms that it names."""
        return {path[0] for path in self.reads}

    def cost_us(self, entries: int) -> int:
        """Return about how long it takes when loops go over so many entries."""
        return sum(_cost_us(chain, entries) for chain in self.chains)

    def truth(self, variables: Mapping[str, Any] | cel.Context) -> bool:
        """Evaluate; raise ExpressionError unless the result is true or false."""
        try:
            result = self.program.execute(variables)
        except Exception as error:
            reason = str(error).splitlines()[0]
            raise ExpressionError(f"{type(error).__name__}: {reason}") from error
        if not isinstance(result, bool):
            raise ExpressionError(f"gives {result!r}, not true or false")
        return result


@lru_cache(maxsize=4096)
def compiled(source: str, *, macros: int = MAX_MACROS) -> Expression:
    """Compile ``source``, with loops nested at most ``macros`` deep.

    Raises ExpressionError when it is not valid CEL, too long or nested too deep.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"an expression of more than {MAX_LENGTH} characters")
    if _UNSEEN.search(source):
        raise ExpressionError("raw and triple-quoted strings are not allowed")
    _check_patterns(source)
    bare = _HIDDEN.sub("''", source)
    brackets, chains = _nesting(bare)
    if brackets > MAX_BRACKETS:
        raise ExpressionError(f"brackets nested deeper than {MAX_BRACKETS}")
    loops = max((sum(word in _LOOPS for word in chain) for chain in chains), default=0)
    if loops > macros:
        allowed = f"at most {macros} inside each other" if macros else "no loops here"
        raise ExpressionError(f"too many loops (all, exists, map, filter): {allowed}")
    try:
        program = cel.compile(source)
    except ValueError as error:
        reason = str(error).split("ERROR: ")[-1].splitlines()[0]
        raise ExpressionError(f"not valid CEL: {reason}") from error
    reads = {tuple(_NAME.findall(found)) for found in _REFERENCE.findall(bare)}
    rest = _REFERENCE.sub("", bare)
    reads_all = bool(_ANY_RUNS.search(rest))
    return Expression(source, program, tuple(sorted(reads)), reads_all, chains)


def _check_patterns(source: str) -> None:
    """Refuse regular expressions that would take long to build, or cannot be seen."""
    patterns = _PATTERN.findall(source)
    bare = _HIDDEN.sub("''", source)
    if len(patterns) != len(_MATCHES.findall(bare)):
        raise ExpressionError("matches takes a pattern in quotes, and nothing else")
    for pattern in patterns:
        if len(pattern) > MAX_PATTERN or _COUNTED.search(pattern):
            message = f"a pattern has at most {MAX_PATTERN} characters, no {{}} or \\p"
            raise ExpressionError(message)


def _nesting(source: str) -> tuple[int, tuple[Chain, ...]]:
    """Return how deep brackets stand in each other, and all chains of loops."""
    opened: list[str] = []
    deepest = 0
    chains: dict[Chain, None] = {}
    for found in _WORD.finditer(source):
        loops = tuple(filter(None, opened))
        if found["close"]:
            del opened[-1:]
        elif found["word"]:
            chains[*loops, found["word"]] = None
        else:
            opened.append(found["loop"] or "")
            deepest = max(deepest, len(opened))
            if found["loop"]:
                chains[*loops, found["loop"]] = None
    return deepest, tuple(chains)


def _cost_us(chain: Chain, entries: int) -> int:
    """Return about how long one chain takes (measured on one core of a server).

    ``map`` and ``filter`` copy their result once for each entry that they add to it.
    """
    cost, times, is_copied = 0, 1, False
    for word in chain:
        if word == "matches":
            cost += times * 1000
        elif word == "runs":
            cost += times * entries * (4 * entries if is_copied else 1)
        else:
            is_copied = word in {"map", "filter"}
            cost += times * entries * (entries if is_copied else 10)
            times *= entries
    return cost
