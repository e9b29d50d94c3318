"""The difference of two texts, line by line, for a page."""

import difflib
from dataclasses import dataclass

_KINDS = {"+": "add", "-": "del", "@": "at"}


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: str
    """`add`, `del`, `at` (where in the text) or `same`."""
    text: str


def difference(before: str, after: str) -> list[DiffLine]:
    """A unified difference with three lines around each change; empty when equal."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=3
    )
    # The first two lines name files; here the page does that.
    body = list(lines)[2:]
    return [DiffLine(_KINDS.get(line[:1], "same"), line) for line in body]
