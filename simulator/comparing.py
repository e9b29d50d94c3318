"""Two runs side by side: which events, metrics and parts of the world differ."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.events import ASKED, Event
from simulator.trace import Run

_Key = tuple[str, str, str, int]
"""Actor, action, target, and which of those alike it is."""
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """An event of one run and its counterpart in the other, which is not the same."""

    first: Event | None
    """None when only the second run has such an event."""
    second: Event | None

    @property
    def at(self) -> tuple[int, int]:
        """Virtual time and place in its trace of the earlier of both events."""
        return min((e.time, e.seq) for e in (self.first, self.second) if e is not None)


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A value of the metrics or of the observation that two runs do not share."""

    path: str
    """Such as ``metrics.ram_kib.server``."""
    first: Any
    """None when only the second run has it."""
    second: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs do not have in common."""

    events: tuple[Difference, ...]
    """In the order of time."""
    moved: int
    """How many events are the same in both, but at another time."""
    figures: tuple[FigureDifference, ...]

    @property
    def same(self) -> bool:
        """True when the runs show the same in every respect."""
        return not (self.events or self.moved or self.figures)


def compare(first: Run, second: Run) -> Comparison:
    """Compare two runs: of two arms, variants, seeds or simulators.

    Events are counterparts when they are the same try of the same actor at the same
    action on the same target; then their outcomes and details count.
    """
    pairs = list(counterparts(first.events, second.events))
    different = [pair for pair in pairs if not _alike(pair)]
    moved = sum(
        pair.first is not None
        and pair.second is not None
        and pair.first.time != pair.second.time
        for pair in pairs
        if _alike(pair)
    )
    figures = (
        *_figures("metrics", first.metrics, second.metrics),
        *_figures("observation", first.observation, second.observation),
    )
    return Comparison(
        tuple(sorted(different, key=lambda pair: pair.at)), moved, figures
    )


def first_that_matters(
    first: Run, second: Run, mattering: tuple[set[int], set[int]]
) -> Difference | None:
    """Return the earliest difference in which an event stands that matters.

    ``mattering`` holds, per run, the ``seq`` of those events. An operator's wish
    counts only when nothing else differs: wishes are what arms are made of.
    """
    ours, theirs = mattering
    different = (
        pair
        for pair in counterparts(first.events, second.events)
        if not _alike(pair)
        and (
            (pair.first is not None and pair.first.seq in ours)
            or (pair.second is not None and pair.second.seq in theirs)
        )
    )
    return min(different, key=lambda pair: (_is_wish(pair), pair.at), default=None)


def _is_wish(pair: Difference) -> bool:
    return ASKED in {e.outcome for e in (pair.first, pair.second) if e is not None}


def counterparts(
    first: tuple[Event, ...], second: tuple[Event, ...]
) -> Iterator[Difference]:
    """Go through all events of two traces, each beside its counterpart if any."""
    others = _keyed(second)
    for key, event in _keyed(first).items():
        yield Difference(event, others.pop(key, None))
    for event in others.values():
        yield Difference(None, event)


def _keyed(events: tuple[Event, ...]) -> dict[_Key, Event]:
    counted: Counter[tuple[str, str, str]] = Counter()
    found = {}
    for event in events:
        alike = (event.actor, event.action, str(event.detail.get("target", "")))
        counted[alike] += 1
        found[*alike, counted[alike]] = event
    return found


def _alike(pair: Difference) -> bool:
    first, second = pair.first, pair.second
    return (
        first is not None
        and second is not None
        and (first.outcome, first.detail) == (second.outcome, second.detail)
    )


def _figures(path: str, first: Any, second: Any) -> Iterator[FigureDifference]:
    """Go through the leaves of two documents that are not the same."""
    if first == second:
        return
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        inner = dict.fromkeys((*first, *second))
    elif isinstance(first, list | tuple) and isinstance(second, list | tuple):
        inner = dict.fromkeys(range(max(len(first), len(second))))
    else:
        yield FigureDifference(
            path, *(None if v is _ABSENT else v for v in (first, second))
        )
        return
    for key in inner:
        yield from _figures(f"{path}.{key}", _at(first, key), _at(second, key))


def _at(document: Any, key: Any) -> Any:
    if isinstance(document, Mapping):
        return document.get(key, _ABSENT)
    return document[key] if key < len(document) else _ABSENT
