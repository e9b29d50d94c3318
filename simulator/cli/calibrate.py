"""``calibrate``: the model beside the figures that it stands on."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from simulator.cli import pages
from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.experiments import Result, results
from simulator.experiments.results import bounds, spelled

HEADINGS = ("figure", "published", "model", "ratio", "allowed", "within", "source")


def _calibrate(options: argparse.Namespace, terminal: Terminal) -> int:
    found = results()
    if options.write is not None:
        pages.put(options.write, "calibration", markdown(found))
    elif options.json:
        terminal.json([result.to_json() for result in found])
    else:
        terminal.out.print(_table(found))
    return HOLDS if all(result.within for result in found) else FAILS


def _row(result: Result) -> tuple[str, ...]:
    figure = result.figure
    return (
        result.name,
        spelled(figure.value, figure.unit),
        spelled(result.model, figure.unit),
        f"{result.ratio_permille / 1000:.2f}",
        bounds(figure),
        "yes" if result.within else "NO",
        f"{figure.read}: {figure.source}",
    )


def _table(found: Sequence[Result]) -> Table:
    table = Table(title="the model and what it stands on", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for result in found:
        table.add_row(*_row(result), style=None if result.within else "red")
    return table


def markdown(found: Sequence[Result]) -> str:
    """Return the table as Markdown."""
    return pages.markdown(HEADINGS, map(_row, found))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PAGE",
        help="put the table between the calibration marks of a Markdown page",
    )


CALIBRATE = Command(
    "calibrate", "hold the model against published figures", _configure, _calibrate
)
