"""Trees of processes: the same ones inside a container and from its host."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.drawing.svg import MARGIN, NOTE, group, line, picture, rectangle
from simulator.drawing.views import HEAD, View, head, sentences, shown
from simulator.trace import Run

COLUMN = 232
GAP = 14
INDENT = 16
BAR = 20
ROW = BAR + 4
MOST_ROWS = 24
"""Of a longer list the first ones are drawn."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A process as one place sees it, and how deep in the tree it is."""

    row: View
    depth: int


def draw_processes(run: Run) -> str:
    """Return the trees of processes that each place sees as SVG, side by side.

    A process is one box in every tree that it can be seen in, with another number in
    each; all of them name the event of its start.
    """
    views, hidden = shown(run)
    trees = [list(tree(view)) for view in views]
    content = "".join(
        _column(view, entries, MARGIN + index * (COLUMN + GAP))
        for index, (view, entries) in enumerate(zip(views, trees, strict=True))
    )
    most = max((min(len(entries), MOST_ROWS + 1) for entries in trees), default=0)
    columns = max(1, len(views))
    said = [_sentence(view, t) for view, t in zip(views, trees, strict=True)]
    return picture(
        content,
        width=MARGIN + columns * (COLUMN + GAP) - GAP + MARGIN,
        height=MARGIN + HEAD + most * ROW + MARGIN,
        title="Processes inside and outside, each with its numbers",
        description=" ".join([*said, *sentences(run, hidden)]),
    )


def tree(view: View) -> Iterator[Placed]:
    """Go through what a place sees, each process before its children."""
    children: dict[int, list[View]] = {}
    numbers = {row["pid"] for row in view["processes"]}
    for row in view["processes"]:
        above = row["ppid"] if row["ppid"] in numbers else 0
        children.setdefault(above, []).append(row)
    waiting = [Placed(row, 0) for row in reversed(children.get(0, []))]
    while waiting:
        entry = waiting.pop()
        yield entry
        below = reversed(children.get(entry.row["pid"], []))
        waiting += [Placed(row, entry.depth + 1) for row in below]


def _column(view: View, entries: list[Placed], x: int) -> str:
    content, y = head(view, x, COLUMN), MARGIN + HEAD
    for entry in entries[:MOST_ROWS]:
        content += _bar(view, entry, x, y)
        y += ROW
    if len(entries) > MOST_ROWS:
        content += line(f"and {len(entries) - MOST_ROWS} more", x, y + 14, NOTE)
    return group("sim-view", content, title=view["place"])


def _bar(view: View, entry: Placed, x: int, y: int) -> str:
    row, left = entry.row, x + min(entry.depth * INDENT, COLUMN // 2)
    words = label(view, row)
    room = COLUMN - (left - x)
    has_ended = row["state"] == "zombie"
    return group(
        "sim-box sim-process" + (" sim-off" if has_ended else ""),
        rectangle(left, y, room, BAR, is_dashed=has_ended)
        + line(NOTE.cut(words, room - 12), left + 6, y + 14, NOTE),
        title=words,
        seqs=(row["seq"],),
    )


def label(view: View, row: View) -> str:
    """Say which process it is: number, program, what is odd, whose it is."""
    words = f"{row['pid']} {row['program']}"
    if row["state"] != "running":
        words += f" ({row['state']})"
    return words if row["place"] == view["place"] else f"{words}, {row['place']}"


def _sentence(view: View, entries: list[Placed]) -> str:
    names = ", ".join(label(view, entry.row) for entry in entries[:MOST_ROWS])
    rest = len(entries) - MOST_ROWS
    more = f" and {rest} more" if rest > 0 else ""
    return f"{view['place']} sees {names}{more}."
