"""SVG text: elements with escaped attributes, and the boxes of a drawing.

A drawing has no script and no style of its own. The page styles these classes:
``sim-drawing``; ``sim-box`` with the kind of the part, ``sim-machine``, ``sim-vm``,
``sim-hypervisor``, ``sim-kernel``, ``sim-engine``, ``sim-container``, ``sim-process``
or ``sim-more``; ``sim-stage`` with ``sim-asked``, ``sim-ok`` or ``sim-failed``;
``sim-share`` with a kind, ``sim-cache``, ``sim-limit`` or ``sim-free``; ``sim-view``
and ``sim-row``; ``sim-off`` for a part that is not running; ``sim-line``,
``sim-title``, ``sim-note`` and ``sim-caption``. Without a page's styles everything is
drawn in ``currentColor``. Elements that stand for events name them in ``data-seq``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from simulator.drawing.layout import LIVELY, Box

MARGIN = 12
SOLID, DASHED = "none", "5 3"


@dataclass(frozen=True, slots=True)
class Font:
    """How a line of text looks. Text that would not fit its room is cut."""

    name: str
    size: int
    letter: int
    """Width of a letter in hundredths of a pixel."""

    def width(self, words: str) -> int:
        """Return about how many pixels wide a line is."""
        return len(words) * self.letter // 100

    def cut(self, words: str, room: int) -> str:
        """Return as much of a line as fits, with an ellipsis where it is cut."""
        letters = max(2, room * 100 // self.letter)
        return words if len(words) <= letters else f"{words[: letters - 1]}…"


CAPTION = Font("sim-caption", 15, 740)
TITLE = Font("sim-title", 13, 740)
NOTE = Font("sim-note", 11, 600)


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """Return one element; ``_`` in an attribute's name stands for ``-``."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{words}>{content}</{name}>"


def picture(
    content: str, *, width: int, height: int, title: str, description: str
) -> str:
    """Return a whole drawing: an image with a name, a description and real text."""
    return element(
        "svg",
        element("title", escape(title))
        + element("desc", escape(description))
        + content,
        xmlns="http://www.w3.org/2000/svg",
        class_="sim-drawing",
        role="img",
        aria_label=f"{title}. {description}",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
    )


def drawing(
    boxes: Iterable[Box], *, width: int, height: int, title: str, description: str
) -> str:
    """Return a drawing that is made of boxes."""
    content = "".join(box(entry) for entry in boxes)
    return picture(
        content, width=width, height=height, title=title, description=description
    )


def box(entry: Box) -> str:
    """Return one part: a rectangle, its name, and what kind of part it is."""
    x, y = entry.x + MARGIN, entry.y
    if entry.kind == "caption":
        return line(entry.title, x, y + 16, CAPTION)
    room = entry.width - 2 * MARGIN
    is_off = entry.state not in LIVELY
    return group(
        f"sim-box sim-{entry.kind}" + (" sim-off" if is_off else ""),
        rectangle(entry.x, y, entry.width, entry.height, is_dashed=is_off)
        + line(TITLE.cut(entry.title, room), x, y + 16, TITLE)
        + line(NOTE.cut(entry.note, room), x, y + 32, NOTE),
        title=f"{entry.title}: {entry.note}",
        seqs=entry.seqs,
    )


def group(
    classes: str, content: str, *, title: str = "", seqs: Sequence[int] = ()
) -> str:
    """Return elements that belong together; a title shows when one points at them."""
    named = element("title", escape(title)) if title else ""
    more = {"data_seq": " ".join(str(seq) for seq in seqs)} if seqs else {}
    return element("g", named + content, class_=classes, **more)


def rectangle(
    x: int, y: int, width: int, height: int, *, is_dashed: bool = False
) -> str:
    """Return the outline of a rectangle with slightly round corners."""
    return element(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        rx=min(4, width // 2),
        fill="none",
        stroke="currentColor",
        stroke_dasharray=DASHED if is_dashed else SOLID,
    )


def line(words: str, x: int, y: int, font: Font) -> str:
    """Return a line of text that begins at ``x`` on the base line ``y``."""
    return element(
        "text",
        escape(words),
        class_=font.name,
        x=x,
        y=y,
        font_size=font.size,
        fill="currentColor",
    )


def rule(x1: int, y1: int, x2: int, y2: int) -> str:
    """Return a thin straight line."""
    return element(
        "line",
        class_="sim-line",
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        stroke="currentColor",
        stroke_opacity="0.3",
    )
