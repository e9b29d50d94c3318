"""The bench's table: for a terminal, and for docs/specification.md."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.bench.run import Row
from tests.trial import machine
from tests.trial.stack import TrialError
from trapframe.ops.processes import ROOT

SPECIFICATION = ROOT / "docs" / "specification.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
# More than this of a core taken by others makes figures in milliseconds doubtful.
QUIET_CORES = 0.1
_TITLES = ("what", "measured", "against", "ratio", "bar", "met", "others' cores")


def table(rows: Sequence[Row]) -> str:
    """A Markdown table that reads well as plain text too."""
    cells = [_TITLES, *(_cells(row) for row in rows)]
    widths = [
        max(len(line[column]) for line in cells) for column in range(len(_TITLES))
    ]
    lines = [
        "| "
        + " | ".join(text.ljust(w) for text, w in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def conditions(rows: Sequence[Row]) -> str:
    """Where and when this was measured, and whether the machine was quiet."""
    busiest = max(row.others for row in rows)
    noise = (
        "The machine was quiet."
        if busiest <= QUIET_CORES
        else f"Other processes took up to {busiest:.1f} cores meanwhile: "
        "trust the ratios, not the milliseconds."
    )
    day = datetime.now(tz=UTC).date()
    return f"Measured on {day}, {machine.description()}. {noise}"


def write(rows: Sequence[Row]) -> None:
    """Put table and conditions between the marks in docs/specification.md."""
    text = SPECIFICATION.read_text()
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise TrialError(f"{SPECIFICATION} lacks the marks {BEGIN} and {END}")
    middle = f"{begin}\n{conditions(rows)}\n\n{table(rows)}\n{end}"
    SPECIFICATION.write_text(head + middle + tail)


def _cells(row: Row) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: "NO"}[row.met]
    figures = (row.what, row.subject, row.reference, row.ratio, row.bar, met)
    return (*figures, f"{row.others:.2f}")
