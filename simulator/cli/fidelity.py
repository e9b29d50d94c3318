"""``fidelity``: the model beside what this machine's kernel shows."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.cli.inputs import read_file
from simulator.cli.live import KINDS, WORDS, count_of, print_facts
from simulator.errors import InputError
from simulator.live.capabilities import report
from simulator.live.examining import examine_all
from simulator.live.fidelity import Comparison, Duration, ratios, summary
from simulator.live.guest_linux.judging import (
    examine_in_guests,
    guest_facts,
    guest_report,
)
from simulator.live.host import host_facts
from simulator.live.probes import probe
from simulator.live.records import drifts, put_section, recorded, section

Drift = tuple[tuple[str, str], str]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        type=Path,
        nargs="*",
        help="scenarios (YAML; default: the built-in ones)",
    )
    parser.add_argument(
        "--probes", action="store_true", help="the built-in scenarios as well"
    )
    parser.add_argument(
        "--guest",
        action="store_true",
        help="ask kernels of guests under QEMU instead of this machine's",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PAGE",
        help="put the section of this kernel release into a Markdown page",
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="PAGE",
        help="hold what is seen against what a page has of this kernel release",
    )


def _fidelity(options: argparse.Namespace, terminal: Terminal) -> int:
    scenarios = [read_file(file) for file in options.files]
    if options.guest and not scenarios:
        raise InputError("name the scenarios that guests are to carry out")
    if options.probes or not scenarios:
        scenarios = [*(probe(name) for name in KINDS), *scenarios]
    found = guest_report() if options.guest else report()
    examine = examine_in_guests if options.guest else examine_all
    facts = guest_facts(found) if options.guest else host_facts(found)
    with terminal.err.status("asking a kernel") as status:
        seen = examine(scenarios, found, say=status.update)
    rows, durations = list(seen.comparisons), seen.durations
    drifted: list[Drift] = []
    if options.against is not None:
        page = recorded(options.against.read_text(encoding="utf-8"))
        drifted = drifts(page.get(found.kernel, {}), rows)
    if options.write is not None:
        text = section(rows, facts, ratios(durations))
        page_text = options.write.read_text(encoding="utf-8")
        options.write.write_text(
            put_section(page_text, found.kernel, text), encoding="utf-8"
        )
    elif options.json:
        document = summary(rows, found)
        document["host"] = facts
        document["durations"] = ratios(durations)
        document["drifts"] = [[*claim, how] for claim, how in drifted]
        terminal.json(document)
    else:
        _print(terminal, rows, durations, facts, drifted)
    return HOLDS if all(row.agrees for row in rows) and not drifted else FAILS


def _print(
    terminal: Terminal,
    rows: Sequence[Comparison],
    durations: Sequence[Duration],
    facts: Mapping[str, str],
    drifted: Sequence[Drift],
) -> None:
    print_facts(terminal, facts)
    told = [row for row in rows if row.live is not None]
    terminal.out.print(_claims(told))
    terminal.out.print(_durations(durations))
    for (scenario, claim), how in drifted:
        terminal.out.print(f"{scenario}: {claim} {how}", style="red", soft_wrap=True)
    terminal.out.print(count_of(rows))


def _claims(rows: Sequence[Comparison]) -> Table:
    table = Table(title="what model and kernel say", title_justify="left")
    for heading in ("scenario", "claim", "model", "kernel"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        words = (WORDS[row.model], WORDS[row.live])
        table.add_row(
            row.scenario, row.claim, *words, style=None if row.agrees else "red"
        )
    return table


def _durations(durations: Sequence[Duration]) -> Table:
    table = Table(title="how long it takes (medians)", title_justify="left")
    for heading in ("deed", "times", "model (ms)", "here (ms)", "ratio"):
        table.add_column(heading)
    for row in ratios(durations):
        table.add_row(
            row["verb"],
            str(row["count"]),
            f"{row['model_us'] / 1000:.3f}",
            f"{row['live_us'] / 1000:.3f}",
            f"{row['ratio']:.3f}",
        )
    return table


FIDELITY = Command(
    "fidelity",
    "compare the model with this machine's kernel",
    _configure,
    _fidelity,
)
