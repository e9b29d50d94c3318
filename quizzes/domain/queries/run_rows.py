"""Events of a run as rows of a table."""

from collections.abc import Iterator
from dataclasses import dataclass

import simulator

# A chain of causes longer than this is cut at its far end.
MAX_CAUSES = 12
# An observed run is shown whole, up to so many events.
MAX_ROWS = 40
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One event of a run, as a row of a table; ``time`` is virtual, in seconds."""

    seq: int
    time: float
    actor: str
    action: str
    outcome: str
    text: str
    is_deciding: bool


def deciding_rows(run: simulator.Run, deciding: set[int]) -> Iterator[EvidenceRow]:
    """The deciding events with the chains of their causes, in order."""
    wanted: set[int] = set()
    for seq in deciding:
        current: int | None = seq
        for _ in range(MAX_CAUSES):
            if current is None or current in wanted:
                break
            wanted.add(current)
            current = run.events[current].cause
    for seq in sorted(wanted):
        yield _row(run.events[seq], is_deciding=seq in deciding)


def all_rows(run: simulator.Run) -> Iterator[EvidenceRow]:
    """Every event of a short run."""
    for event in run.events[:MAX_ROWS]:
        yield _row(event, is_deciding=False)


def _row(event: simulator.Event, *, is_deciding: bool) -> EvidenceRow:
    return EvidenceRow(
        seq=event.seq,
        time=event.time / MICROSECONDS,
        actor=event.actor,
        action=event.action,
        outcome=event.outcome,
        text=_text(event),
        is_deciding=is_deciding,
    )


def _text(event: simulator.Event) -> str:
    """What a real system reports of the event, in one line."""
    detail = event.detail
    words = []
    if "target" in detail:
        words.append(str(detail["target"]))
    if "errno_name" in detail:
        words.append(f"{detail['errno_name']} (errno {detail['errno']})")
    if "signal" in detail:
        words.append(str(detail["signal"]))
    if "exit_status" in detail:
        words.append(f"exit status {detail['exit_status']}")
    if "log" in detail:
        words.append(str(detail["log"]))
    return ": ".join(words)
