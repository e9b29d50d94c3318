"""``bench``: how fast the simulator is here, beside the bars that it must meet."""

import argparse
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from simulator.benchmarks import (
    Measure,
    Pace,
    cloud_measures,
    engine_measures,
    pace,
    question_measures,
    question_times,
)
from simulator.benchmarks.live import (
    container_figures,
    cores_of_others,
    machine_figures,
)
from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.cli.inputs import read_file
from simulator.cli.pages import markdown, put
from simulator.live.capabilities import report
from simulator.version import SIMULATOR_VERSION

HEADINGS = ("what", "measured", "bar", "met")
CONTAINERS, MACHINES = 100, 50
"""How many of each are started for ``--live``."""
_NO_SIMPY = (
    "SimPy is not installed: times are as they are on this machine, and the rate of "
    "events has nothing to compare with"
)


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", type=Path, nargs="*", help="scenarios whose arms are timed (YAML)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--variants", type=int, default=60, help="executions per scenario (default 60)"
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PAGE",
        help="put the table between the simulator-bench marks of a Markdown page, "
        "that of --live between its live-bench marks",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="measure how fast live probes start instead, beside crun, bwrap and QEMU",
    )


def _bench(options: argparse.Namespace, terminal: Terminal) -> int:
    if options.live:
        return _bench_live(options, terminal)
    scenarios = [read_file(file) for file in options.files]
    with terminal.err.status("measuring"):
        found = pace()
        measures = engine_measures(found)
        times = {}
        for scenario in scenarios:
            # How busy the machine is changes while this goes on: SimPy takes its turn.
            slowdown = pace(2).slowdown
            name = f"{scenario.key}, {len(scenario.arms)} arms"
            times[name] = question_times(
                scenario, slowdown=slowdown, variants=options.variants
            )
        measures += question_measures(times)
        measures += cloud_measures(slowdown=found.slowdown)
    facts = {"slowdown": found.slowdown}
    return _show(options, terminal, measures, _about(found), facts)


def _bench_live(options: argparse.Namespace, terminal: Terminal) -> int:
    machine = report()
    with terminal.err.status("measuring"), cores_of_others() as others:
        figures = container_figures(machine, count=CONTAINERS)
        figures.add(machine_figures(machine, count=MACHINES))
    kvm = machine.virtualization
    crowded = ": times mean little, ratios more" if others.is_crowded else ""
    about = (
        f"Linux {machine.kernel}, {machine.arch}, KVM: {kvm}, Python "
        f"{platform.python_version()}. Others took {others.cores:.2f} cores meanwhile"
        f"{crowded}."
    )
    text = " ".join([about, *(f"Not measured: {note}." for note in figures.notes)])
    facts = {"kernel": machine.kernel, "kvm": kvm, "others": others.cores}
    return _show(
        options, terminal, figures.measures, text, {**facts, "notes": figures.notes}
    )


def _show(
    options: argparse.Namespace,
    terminal: Terminal,
    measures: Sequence[Measure],
    about: str,
    facts: Mapping[str, Any],
) -> int:
    """Show measures as was asked; tell whether all meet their bars."""
    if options.write is not None:
        mark = "live-bench" if options.live else "simulator-bench"
        put(options.write, mark, f"{about}\n\n{markdown(HEADINGS, _rows(measures))}")
    elif options.json:
        shown = [measure.to_json() for measure in measures]
        terminal.json({**facts, "measures": shown})
    else:
        terminal.out.print(_table(measures))
        terminal.out.print(about, soft_wrap=True)
    return HOLDS if all(measure.met for measure in measures) else FAILS


def _about(found: Pace) -> str:
    """Say where this was measured, and how busy or slow that machine was."""
    python = f"Python {platform.python_version()}"
    if found.simpy is None:
        return f"Simulator {SIMULATOR_VERSION}, {python}. {_NO_SIMPY}."
    return (
        f"Simulator {SIMULATOR_VERSION}, {python}. SimPy made {found.simpy / 1e6:.2f} "
        f"million timeouts per second of processor time in the same minute; times are "
        f"divided by {found.slowdown:.2f}, to what they are where it makes 0.8 million."
    )


def _rows(measures: Sequence[Measure]) -> Iterator[tuple[str, str, str, str]]:
    for measure in measures:
        bar, met = "", ""
        if measure.bar is not None:
            side = ">=" if measure.is_floor else "<="
            bar = f"{side} {measure.bar:g}"
            met = "yes" if measure.met else "NO"
        yield measure.name, f"{measure.value:.2f} {measure.unit}", bar, met


def _table(measures: Sequence[Measure]) -> Table:
    table = Table(title="how fast the simulator is", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for row, measure in zip(_rows(measures), measures, strict=True):
        table.add_row(*row, style=None if measure.met else "red")
    return table


BENCH = Command("bench", "measure the simulator's speed", _configure, _bench)
