"""``live``: what this machine's kernel can be asked, and what it answers."""

import argparse
from collections.abc import Mapping, Sequence

from rich.table import Table

from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.errors import InputError
from simulator.live.capabilities import Report, report
from simulator.live.examining import examine_all
from simulator.live.fidelity import Comparison, summary
from simulator.live.host import host_facts
from simulator.live.probes import GUESTS, NAMES, probe
from simulator.scenario.model import Scenario

KINDS = (*NAMES, GUESTS)
_ALL = ", ".join(KINDS)
WORDS = {True: "yes", False: "no", None: "-"}


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "probes",
        nargs="*",
        metavar="PROBE",
        help=f"which of {_ALL} (default: all)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _live(options: argparse.Namespace, terminal: Terminal) -> int:
    unknown = [name for name in options.probes if name not in KINDS]
    if unknown:
        raise InputError(f"there is no probe {unknown[0]!r}; there are: {_ALL}")
    scenarios = [probe(name) for name in options.probes or KINDS]
    found = report()
    with terminal.err.status("asking this kernel") as status:
        rows = examine_all(scenarios, found, say=status.update).comparisons
    if options.json:
        document = {"host": host_facts(found), **summary(list(rows), found)}
        terminal.json({**document, "capabilities": found.to_json()["capabilities"]})
    else:
        print_facts(terminal, host_facts(found))
        terminal.out.print(_capabilities(found))
        terminal.out.print(_probes(rows, scenarios))
        terminal.out.print(count_of(rows))
    return HOLDS if all(row.agrees for row in rows) else FAILS


def print_facts(terminal: Terminal, facts: Mapping[str, str]) -> None:
    """Print what machine this is, a line per fact."""
    for name, value in facts.items():
        terminal.out.print(f"{name}: {value}", soft_wrap=True)


def count_of(rows: Sequence[Comparison]) -> str:
    """Return how many claims were judged, and how many of them agree."""
    told = [row for row in rows if row.live is not None]
    agree = sum(row.agrees for row in told)
    rest = len(rows) - len(told)
    return f"{agree} of {len(told)} claims agree; {rest} cannot be judged here"


def _capabilities(found: Report) -> Table:
    table = Table(title="what probes can do here", title_justify="left")
    for heading in ("capability", "here", "why not"):
        table.add_column(heading, overflow="fold")
    for entry in found.capabilities:
        table.add_row(entry.name, WORDS[entry.available], entry.reason)
    return table


def _probes(rows: Sequence[Comparison], scenarios: Sequence[Scenario]) -> Table:
    """A line per claim; the way a virtual machine ran stands after its scenario."""
    texts = {
        name: claim.text for entry in scenarios for name, claim in entry.claims.items()
    }
    table = Table(title="probes", title_justify="left")
    for heading in ("probe", "what is claimed", "model", "kernel", "why not"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            row.scenario.removeprefix("probe-"),
            texts[row.claim],
            WORDS[row.model],
            WORDS[row.live],
            row.reason,
            style=None if row.agrees else "red",
        )
    return table


LIVE = Command("live", "ask this machine's kernel itself", _configure, _live)
