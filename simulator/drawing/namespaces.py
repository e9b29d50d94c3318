"""What processes see, side by side: a column for each place, a row for each kind."""

from collections.abc import Callable

from simulator.drawing.svg import (
    MARGIN,
    NOTE,
    TITLE,
    group,
    line,
    picture,
    rectangle,
)
from simulator.drawing.traced import Traced
from simulator.drawing.views import HEAD, View, head, sentences, shown
from simulator.trace import Run

LABELS = 72
COLUMN = 208
GAP = 10
CELL = 40
ROW = CELL + 6


def _pid(view: View) -> tuple[str, str]:
    count = len(view["processes"])
    return f"process {view['pid']}", f"{view['pid_outside']} outside, sees {count}"


def _user(view: View) -> tuple[str, str]:
    return f"user {view['uid']}", f"user {view['uid_outside']} outside"


def _uts(view: View) -> tuple[str, str]:
    return view["hostname"], "host name"


def _mnt(view: View) -> tuple[str, str]:
    mounts = view["mounts"]
    return f"{len(mounts)} mounts", " ".join(mounts)


def _net(view: View) -> tuple[str, str]:
    return " ".join(view["interfaces"]), "network devices"


def _ipc(view: View) -> tuple[str, str]:
    keys = " ".join(str(key) for key in view["shared_memory"])
    return keys or "none", "shared memory, by key"


def _cgroup(view: View) -> tuple[str, str]:
    return view["cgroup"], "its own cgroup"


def _time(view: View) -> tuple[str, str]:
    return f"{view['uptime_us'] // 1_000_000} s", "since the boot"


KINDS: dict[str, Callable[[View], tuple[str, str]]] = {
    "pid": _pid,
    "user": _user,
    "uts": _uts,
    "mnt": _mnt,
    "net": _net,
    "ipc": _ipc,
    "cgroup": _cgroup,
    "time": _time,
}
"""Per kind of namespace: what is seen of it, in two lines."""


def draw_namespaces(run: Run) -> str:
    """Return what the processes of each place see as SVG, in columns.

    A cell with a solid outline is a namespace of the place's own; a dashed one is
    shared with the system that it runs on.
    """
    views, hidden = shown(run)
    traced = Traced(run)
    content = "".join(
        line(kind, MARGIN, _top(index) + 24, TITLE) for index, kind in enumerate(KINDS)
    )
    for index, view in enumerate(views):
        content += _column(view, MARGIN + LABELS + index * (COLUMN + GAP), traced)
    columns = max(1, len(views))
    return picture(
        content,
        width=MARGIN + LABELS + columns * (COLUMN + GAP) - GAP + MARGIN,
        height=_top(len(KINDS)) + MARGIN,
        title="What processes see, place by place",
        description=" ".join([*map(_sentence, views), *sentences(run, hidden)]),
    )


def _top(index: int) -> int:
    return MARGIN + HEAD + index * ROW


def _column(view: View, x: int, traced: Traced) -> str:
    cells = "".join(
        _cell(view, kind, x, _top(index)) for index, kind in enumerate(KINDS)
    )
    return group(
        "sim-view",
        head(view, x, COLUMN) + cells,
        title=view["place"],
        seqs=traced.part(view["place"]),
    )


def _cell(view: View, kind: str, x: int, y: int) -> str:
    title, note = KINDS[kind](view)
    is_shared = _is_shared(view, kind)
    room = COLUMN - 2 * MARGIN
    return group(
        "sim-row sim-off" if is_shared else "sim-row",
        rectangle(x, y, COLUMN, CELL, is_dashed=is_shared)
        + line(TITLE.cut(title, room), x + MARGIN, y + 16, TITLE)
        + line(NOTE.cut(note, room), x + MARGIN, y + 32, NOTE),
        title=f"{kind} namespace {view['namespaces'][kind]}: {title}, {note}",
    )


def _is_shared(view: View, kind: str) -> bool:
    """Return whether a place has the namespace of its system, not one of its own."""
    is_system = view["on"] == view["place"]
    return not is_system and kind not in view["own"]


def _sentence(view: View) -> str:
    seen = "; ".join(", ".join(describe(view)) for describe in KINDS.values())
    shared = [kind for kind in KINDS if _is_shared(view, kind)]
    shares = f" Shared with {view['on']}: {', '.join(shared)}." if shared else ""
    return f"On {view['place']}: {seen}.{shares}"
