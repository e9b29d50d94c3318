"""SVG text: elements with escaped attributes, and the boxes of a drawing.

A drawing has no script and no style of its own. The page styles these classes:
``sim-drawing``, ``sim-box`` with ``sim-machine``, ``sim-vm``, ``sim-hypervisor``,
``sim-kernel``, ``sim-engine``, ``sim-container``, ``sim-process`` or ``sim-more``,
``sim-off`` for a part that is not running, ``sim-title``, ``sim-note`` and
``sim-caption``. Without a page's styles everything is drawn in ``currentColor``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from simulator.drawing.layout import LIVELY, Box

MARGIN = 12


@dataclass(frozen=True, slots=True)
class Font:
    """How a line of text looks. Text that would not fit its box is cut."""

    name: str
    size: int
    letter: float
    """Width of a letter in pixels."""


CAPTION = Font("sim-caption", 15, 7.4)
TITLE = Font("sim-title", 13, 7.4)
NOTE = Font("sim-note", 11, 6.2)


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """Return one element; ``_`` in an attribute's name stands for ``-``."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{words}>{content}</{name}>"


def drawing(
    boxes: Iterable[Box], *, width: int, height: int, title: str, description: str
) -> str:
    """Return a whole drawing: an image with a name, a description and real text."""
    return element(
        "svg",
        element("title", escape(title))
        + element("desc", escape(description))
        + "".join(box(entry) for entry in boxes),
        xmlns="http://www.w3.org/2000/svg",
        class_="sim-drawing",
        role="img",
        aria_label=f"{title}. {description}",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
    )


def box(entry: Box) -> str:
    """Return one part: a rectangle, its name, and what kind of part it is."""
    if entry.kind == "caption":
        return text(entry.title, entry, 16, CAPTION)
    classes = f"sim-box sim-{entry.kind}"
    if entry.state not in LIVELY:
        classes += " sim-off"
    frame = element(
        "rect",
        x=entry.x,
        y=entry.y,
        width=entry.width,
        height=entry.height,
        rx=4,
        fill="none",
        stroke="currentColor",
        stroke_dasharray="5 3" if entry.state not in LIVELY else "none",
    )
    return element(
        "g",
        element("title", escape(f"{entry.title}: {entry.note}"))
        + frame
        + text(entry.title, entry, 16, TITLE)
        + text(entry.note, entry, 32, NOTE),
        class_=classes,
    )


def text(words: str, entry: Box, down: int, font: Font) -> str:
    """Return a line of text inside a box, cut with an ellipsis where it is full."""
    room = int((entry.width - 2 * MARGIN) / font.letter)
    shown = words if len(words) <= room else f"{words[: max(1, room - 1)]}…"
    return element(
        "text",
        escape(shown),
        class_=font.name,
        x=entry.x + MARGIN,
        y=entry.y + down,
        font_size=font.size,
        fill="currentColor",
    )
