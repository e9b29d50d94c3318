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
_MAX_BRACKETS = 64
MAX_MACROS = 2
"""Loops inside loops: each level may go over all events of a run."""
_MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\Z")
_REFERENCE = re.compile(r"\bruns\s*\.\s*(\w+)(?:\s*\.\s*(\w+)(?:\s*\.\s*(\w+))?)?")
_ANY_RUNS = re.compile(r"\bruns\b")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class ExpressionError(SimulatorError):
    """An expression does not parse, or it failed on the values it was given."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and what it reads of the runs."""

    source: str
    program: Any
    reads: tuple[tuple[str, str, str], ...]
    """Arm, part of the run, key in that part; empty text where not said."""
    reads_all: bool
    """True when ``runs`` is used otherwise than as ``runs.<arm>``."""

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
    bare = _STRING.sub("''", source)
    brackets, loops = _depths(bare)
    if len(source) > MAX_LENGTH or brackets > _MAX_BRACKETS:
        raise ExpressionError("the expression is too long or nested too deep")
    if loops > macros:
        allowed = f"at most {macros} inside each other" if macros else "no loops here"
        raise ExpressionError(f"too many loops (all, exists, map, filter): {allowed}")
    try:
        program = cel.compile(source)
    except ValueError as error:
        reason = str(error).split("ERROR: ")[-1].splitlines()[0]
        raise ExpressionError(f"not valid CEL: {reason}") from error
    reads = tuple(sorted({tuple(found) for found in _REFERENCE.findall(bare)}))
    rest = _REFERENCE.sub("", bare)
    return Expression(source, program, reads, bool(_ANY_RUNS.search(rest)))


def _depths(source: str) -> tuple[int, int]:
    """Return how deep brackets, and the loops among them, stand in each other."""
    opened: list[bool] = []
    brackets = loops = 0
    for place, letter in enumerate(source):
        if letter in "([{":
            before = source[max(0, place - 40) : place]
            opened.append(letter == "(" and _MACRO.search(before) is not None)
            brackets, loops = max(brackets, len(opened)), max(loops, sum(opened))
        elif letter in ")]}" and opened:
            opened.pop()
    return brackets, loops
