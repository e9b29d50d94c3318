"""What a chaos run shows, as a table."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.chaos.live import LiveOutcome
from tests.chaos.run import Outcome


def table(outcome: Outcome) -> str:
    law = outcome.law
    rows = [
        *sorted(outcome.counts.items()),
        ("taken back from a process that died", outcome.taken_back),
        ("late results kept as superseded", outcome.superseded),
        ("submissions in the database", law.submitted),
        ("graded", law.graded),
        ("ungradable", law.ungradable),
        ("dead", law.dead),
        ("lost", outcome.lost),
        ("graded twice", law.graded_twice),
        ("stuck", law.open),
        ("settled after, seconds", round(outcome.settled_seconds, 1)),
    ]
    return _shown(rows)


def live_table(outcome: LiveOutcome) -> str:
    rows = [
        *sorted(outcome.states.items()),
        ("taken back from a worker that died", outcome.taken_back),
        ("at work when it was killed", outcome.at_work),
        *((f"left behind: {what}", 1) for what in outcome.left),
        ("left behind", len(outcome.left)),
        ("settled after, seconds", round(outcome.settled_seconds, 1)),
    ]
    return _shown(rows)


def _shown(rows: Sequence[tuple[str, object]]) -> str:
    shown = Table("what", "count")
    for what, count in rows:
        shown.add_row(what, str(count))
    console = Console(width=80)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()
