"""What kernels have shown, kept in a Markdown page: one section per kernel release."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.live.fidelity import Comparison

_SECTION = "<!-- fidelity {0}: begin -->\n{1}<!-- fidelity {0}: end -->\n"
_MARKED = re.compile(
    r"<!-- fidelity (?P<release>\S+): begin -->\n(?P<text>.*?)"
    r"<!-- fidelity (?P=release): end -->\n",
    re.DOTALL,
)
_ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([a-z0-9_]+) \| (yes|no) \| (yes|no) \|$")

Claim = tuple[str, str]
"""A scenario and one of its claims."""


def section(
    rows: Iterable[Comparison],
    facts: Mapping[str, str],
    ratios: Sequence[Mapping[str, Any]],
) -> str:
    """Return what was judged on this kernel as a section of Markdown."""
    told = [row for row in rows if row.live is not None]
    agree = sum(row.agrees for row in told)
    lines = [
        f"### Linux {facts['kernel']}",
        "",
        f"{agree} of {len(told)} claims agree.",
        "",
        *(f"- {name}: {value}" for name, value in facts.items() if name != "kernel"),
        "",
        "| deed | times | model (ms) | here (ms) | ratio |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {row['verb']} | {row['count']} | {row['model_us'] / 1000:.3f} "
            f"| {row['live_us'] / 1000:.3f} | {row['ratio']:.3f} |"
            for row in ratios
        ),
        "",
        "| scenario | claim | model | kernel |",
        "| --- | --- | --- | --- |",
        *(
            f"| {row.scenario} | {row.claim} | {_word(row.model)} "
            f"| {_word(bool(row.live))} |"
            for row in told
        ),
    ]
    return "\n".join(lines) + "\n"


def put_section(page: str, release: str, text: str) -> str:
    """Return a page with the section of a kernel release in it, new or replaced."""
    sections = {found["release"]: found["text"] for found in _MARKED.finditer(page)}
    sections[release] = text
    head = _MARKED.sub("", page).rstrip("\n")
    marked = [_SECTION.format(name, sections[name]) for name in sorted(sections)]
    return "\n".join([f"{head}\n", *marked])


def recorded(page: str) -> dict[str, dict[Claim, bool]]:
    """Return what a page says that kernels have shown, by release and claim."""
    return {
        found["release"]: {
            (row[1], row[2]): row[4] == "yes"
            for row in map(_ROW.match, found["text"].splitlines())
            if row is not None
        }
        for found in _MARKED.finditer(page)
    }


def drifts(
    before: Mapping[Claim, bool], rows: Iterable[Comparison]
) -> list[tuple[Claim, str]]:
    """Return what this kernel shows otherwise than it did before, and what is gone.

    A claim that cannot be judged now, for a reason of this machine, has not drifted.
    """
    now = {(row.scenario, row.claim): row.live for row in rows}
    found = []
    for claim, holds in before.items():
        if claim not in now:
            found.append((claim, "there is no such claim any more"))
        elif now[claim] not in {None, holds}:
            found.append((claim, f"was {_word(holds)}, is {_word(not holds)}"))
    return found


def _word(holds: bool) -> str:  # noqa: FBT001  a value, not an option
    return "yes" if holds else "no"
