"""Tables that commands write into Markdown pages, each between two marks."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from simulator.errors import InputError


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def put(page: Path, mark: str, text: str) -> None:
    """Put a text between the two marks of a page; raise InputError without them."""
    marked = re.compile(
        rf"(?<=<!-- {mark}: begin -->\n).*(?=<!-- {mark}: end -->)", re.DOTALL
    )
    found = page.read_text(encoding="utf-8")
    if not marked.search(found):
        raise InputError(f"{page} has no marks of a {mark} table")
    page.write_text(marked.sub(lambda _: text, found), encoding="utf-8")
