"""``calibrate``: the model beside the figures that it stands on."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from simulator.cli import pages
from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.cli.live import print_facts
from simulator.experiments import Result, results
from simulator.experiments.results import bounds, spelled
from simulator.live.capabilities import report
from simulator.live.host import host_facts
from simulator.live.measuring import HostFigure, host_figures

HOST_HEADINGS = ("figure", "model", "here", "ratio", "why not")
HEADINGS = ("figure", "published", "model", "ratio", "allowed", "within", "source")


def _calibrate(options: argparse.Namespace, terminal: Terminal) -> int:
    if options.host:
        return _measure(options, terminal)
    found = results()
    if options.write is not None:
        pages.put(options.write, "calibration", markdown(found))
    elif options.json:
        terminal.json([result.to_json() for result in found])
    else:
        terminal.out.print(_table(found))
    return HOLDS if all(result.within for result in found) else FAILS


def _measure(options: argparse.Namespace, terminal: Terminal) -> int:
    """Measure this machine; that proves nothing, so it always holds."""
    here = report()
    with terminal.err.status("measuring"):
        found = list(host_figures(here))
    rows = [_host_row(figure) for figure in found]
    if options.write is not None:
        facts = "".join(f"- {k}: {v}\n" for k, v in host_facts(here).items())
        text = f"{facts}\n{pages.markdown(HOST_HEADINGS, rows)}"
        pages.put(options.write, "calibration-host", text)
    elif options.json:
        figures = [figure.to_json() for figure in found]
        terminal.json({"host": host_facts(here), "figures": figures})
    else:
        print_facts(terminal, host_facts(here))
        table = Table(title="this machine beside the model", title_justify="left")
        for heading in HOST_HEADINGS:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*row)
        terminal.out.print(table)
    return HOLDS


def _host_row(figure: HostFigure) -> tuple[str, ...]:
    here = "-" if figure.here is None else spelled(figure.here, figure.unit)
    ratio = "-" if figure.ratio is None else f"{figure.ratio:.2f}"
    model = spelled(figure.model, figure.unit)
    return figure.name, model, here, ratio, figure.reason


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
        "--host",
        action="store_true",
        help="measure this machine instead; it changes nothing in the model",
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PAGE",
        help="put the table between the calibration (or, with --host, the "
        "calibration-host) marks of a Markdown page",
    )


CALIBRATE = Command(
    "calibrate", "hold the model against published figures", _configure, _calibrate
)
