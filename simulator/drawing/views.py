"""Views side by side: which places of a run are shown, and in what order."""

from collections.abc import Mapping
from typing import Any

from simulator.drawing.svg import MARGIN, NOTE, TITLE, line
from simulator.trace import Run

View = Mapping[str, Any]

MOST_VIEWS = 6
"""More places than this would make a drawing too wide to read."""
HEAD = 40
"""Room for the name of a place, and for where it is."""


def shown(run: Run) -> tuple[list[View], int]:
    """Return the views of places where something runs, and how many are left out."""
    groups = run.observation["views"].values()
    lively = [view for group in groups for view in group if view["processes"]]
    return lively[:MOST_VIEWS], max(0, len(lively) - MOST_VIEWS)


def empty(run: Run) -> list[str]:
    """Return the names of places where nothing runs."""
    groups = run.observation["views"].values()
    return [v["place"] for group in groups for v in group if not v["processes"]]


def head(view: View, x: int, room: int) -> str:
    """Return the lines above a column: a place's name, and the machine it is on."""
    where = "the system itself" if view["on"] == view["place"] else f"on {view['on']}"
    return line(TITLE.cut(view["place"], room), x, MARGIN + 14, TITLE) + line(
        NOTE.cut(where, room), x, MARGIN + 30, NOTE
    )


def sentences(run: Run, hidden: int) -> list[str]:
    """Say in words what a drawing of views leaves out."""
    said = [f"Nothing runs on {place}." for place in empty(run)]
    return [*said, f"And {hidden} more places."] if hidden else said
