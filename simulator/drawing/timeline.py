"""The timeline of a run: a lane per actor, a bar per stage, failures marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.drawing.svg import (
    MARGIN,
    NOTE,
    TITLE,
    group,
    line,
    picture,
    rectangle,
    rule,
)
from simulator.drawing.timescale import TimeScale, seconds
from simulator.events import FAILED, Event
from simulator.trace import Run

LABELS = 132
"""Width of the column with the names of the lanes."""
AXIS = 30
ROW = 22
BAR = 16
LEAST_PLOT = 620
TICK = 62
"""Room for one time on the axis."""
MOST_STAGES = 80
"""Longer runs show their failures and what comes first."""
LONGEST_LABEL = 30
FAILURE = "✕ "
ENDS = frozenset({"exit_status", "signal"})
"""The end of a process is a moment, however long ago its cause was."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One event as a bar: from when to when, and what it says."""

    event: Event
    began: int
    label: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A stage with its place in its lane."""

    stage: Stage
    x: int
    width: int
    row: int


def draw_timeline(run: Run) -> str:
    """Return what happened when as SVG, time from left to right.

    The axis is not to scale: long waits are drawn shorter, so that short stages can
    be seen. Each bar names its event in ``data-seq``.
    """
    shown = _shown(run.events)
    stages = [_stage(run, event) for event in shown]
    moments = {stage.began for stage in stages} | {event.time for event in shown}
    scale = TimeScale(moments, LEAST_PLOT)
    lanes: dict[str, list[Stage]] = {}
    for stage in stages:
        lanes.setdefault(stage.event.actor, []).append(stage)
    last = NOTE.width(seconds(max(moments, default=0)))
    content, top, right = "", MARGIN + AXIS, MARGIN + LABELS + scale.width + last
    for actor, members in lanes.items():
        placed = _packed(members, scale)
        rows = 1 + max(entry.row for entry in placed)
        content += _lane(actor, placed, top)
        right = max(right, *(_end(entry) for entry in placed))
        top += rows * ROW + 6
    hidden = len(run.events) - len(shown)
    if hidden:
        content += line(f"and {hidden} more events", MARGIN, top + 14, NOTE)
        top += ROW
    return picture(
        _axis(scale, top) + content,
        width=right + MARGIN,
        height=top + MARGIN,
        title="What happened when (the time axis is not to scale)",
        description=" ".join(_sentences(run)),
    )


def _shown(events: Sequence[Event]) -> list[Event]:
    if len(events) <= MOST_STAGES:
        return list(events)
    failed = [event.seq for event in events if event.outcome == FAILED]
    first = [event.seq for event in events if event.outcome != FAILED]
    kept = {*failed[:MOST_STAGES], *first[: max(0, MOST_STAGES - len(failed))]}
    return [event for event in events if event.seq in kept]


def _stage(run: Run, event: Event) -> Stage:
    target = str(event.detail.get("target", ""))
    words = event.action.replace("boot_boot_", "boot_").replace("_", " ")
    if target and target != event.actor:
        words += f" {target}"
    label = words if event.outcome != FAILED else FAILURE + words
    if len(label) > LONGEST_LABEL:
        label = f"{label[: LONGEST_LABEL - 1]}…"
    return Stage(event, _began(run, event), label)


def _began(run: Run, event: Event) -> int:
    """A stage begins with what led to it; a batch of requests says how long it took."""
    detail = event.detail
    if "mean_request_ns" in detail:
        span = detail["mean_request_ns"] * detail["requests"] // 1000
        return max(0, event.time - int(span))
    if event.cause is None or ENDS & set(detail):
        return event.time
    return min(run.events[event.cause].time, event.time)


def _packed(stages: Sequence[Stage], scale: TimeScale) -> list[Placed]:
    """Put each stage into the first row of its lane that is free there."""
    free: list[int] = []
    placed: list[Placed] = []
    for stage in stages:
        x = MARGIN + LABELS + scale.place(stage.began)
        width = max(4, MARGIN + LABELS + scale.place(stage.event.time) - x)
        row = next((i for i, end in enumerate(free) if end <= x), len(free))
        entry = Placed(stage, x, width, row)
        free[row : row + 1] = [_end(entry) + 6]
        placed.append(entry)
    return placed


def _fits(entry: Placed) -> bool:
    return NOTE.width(entry.stage.label) + 8 <= entry.width


def _end(entry: Placed) -> int:
    """Return where a bar with its label ends: the label stands beside a short bar."""
    label = 0 if _fits(entry) else 4 + NOTE.width(entry.stage.label)
    return entry.x + entry.width + label


def _lane(actor: str, placed: Sequence[Placed], top: int) -> str:
    name = line(TITLE.cut(actor, LABELS - 8), MARGIN, top + 13, TITLE)
    return group("sim-lane", name + "".join(_bar(entry, top) for entry in placed))


def _bar(entry: Placed, top: int) -> str:
    event = entry.stage.event
    y = top + entry.row * ROW
    x = entry.x + 4 if _fits(entry) else entry.x + entry.width + 4
    return group(
        f"sim-stage sim-{event.outcome}",
        rectangle(entry.x, y, entry.width, BAR, is_dashed=event.outcome == FAILED)
        + line(entry.stage.label, x, y + 12, NOTE),
        title=str(event),
        seqs=(event.seq,),
    )


def _axis(scale: TimeScale, bottom: int) -> str:
    """Draw a line at each moment, and its time where there is room."""
    left, top = MARGIN + LABELS, MARGIN + AXIS
    content, free = "", 0
    for moment in scale.moments:
        x = left + scale.place(moment)
        content += rule(x, top - 8, x, bottom)
        if x >= free:
            content += line(seconds(moment), x, top - 14, NOTE)
            free = x + TICK
    return group("sim-axis", content)


def _sentences(run: Run) -> Iterator[str]:
    if not run.events:
        yield "Nothing happened."
        return
    actors = dict.fromkeys(event.actor for event in run.events)
    last = run.events[-1].time
    yield f"{len(run.events)} events of {', '.join(actors)} in {seconds(last)}."
    failed = [event for event in run.events if event.outcome == FAILED]
    if not failed:
        yield "Nothing failed."
    for event in failed[:MOST_NAMED]:
        yield f"Failed: {event}."
    if len(failed) > MOST_NAMED:
        yield f"And {len(failed) - MOST_NAMED} more failures."


MOST_NAMED = 5
"""So many failures are named in words."""
