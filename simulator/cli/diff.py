"""``diff``: two arms, two variants or two simulators, event by event."""

import argparse

from rich.table import Table

from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.cli.inputs import (
    add_file,
    add_mechanisms,
    add_settings,
    read_mechanisms,
    read_scenario,
    read_variant,
)
from simulator.comparing import Comparison, compare
from simulator.errors import InputError
from simulator.mechanisms import Overlay
from simulator.running import run_arm
from simulator.scenario.model import Scenario
from simulator.trace import Run

_SHOWN = 200
"""Rows of a table at most; JSON has all of them."""


def _configure(parser: argparse.ArgumentParser) -> None:
    add_file(parser)
    parser.add_argument(
        "--arm",
        action="append",
        default=[],
        help="which arm; given twice: the two that are compared",
    )
    parser.add_argument(
        "--seed",
        type=int,
        action="append",
        default=[],
        help="which variant; given twice: the two that are compared",
    )
    add_settings(parser)
    add_mechanisms(parser, "compare with a simulator in which this is so")


def _diff(options: argparse.Namespace, terminal: Terminal) -> int:
    scenario = read_scenario(options)
    sides = _sides(scenario, options)
    runs = [_run(scenario, options, *side) for side in sides]
    found = compare(*runs)
    if options.json:
        terminal.json(_document(found))
    else:
        _print(terminal, found, [_name(side, sides) for side in sides])
    return HOLDS if found.same else FAILS


_Side = tuple[str, int, Overlay]


def _sides(scenario: Scenario, options: argparse.Namespace) -> tuple[_Side, _Side]:
    """Return both sides; exactly one of arm, seed and mechanisms is not the same."""
    arms = options.arm or [next(iter(scenario.arms))]
    seeds = options.seed or [0]
    overlays: list[Overlay] = [{}, read_mechanisms(options)]
    overlays = overlays if overlays[1] else [{}]
    two = [len(values) for values in (arms, seeds, overlays)]
    if sorted(two) != [1, 1, 2]:
        message = "give two --arm, or two --seed, or a --mechanism: one of these"
        raise InputError(message)
    return (
        (arms[0], seeds[0], overlays[0]),
        (arms[-1], seeds[-1], overlays[-1]),
    )


def _run(
    scenario: Scenario,
    options: argparse.Namespace,
    arm: str,
    seed: int,
    overlay: Overlay,
) -> Run:
    variant = argparse.Namespace(seed=seed, set=options.set)
    params = read_variant(scenario, variant)
    return run_arm(scenario, arm, params, seed=seed, mechanisms=overlay)


def _name(side: _Side, sides: tuple[_Side, _Side]) -> str:
    """Name a side by what it does not share with the other one."""
    (arm, seed, overlay), (first, second) = side, sides
    if first[0] != second[0]:
        return arm
    if first[1] != second[1]:
        return f"seed {seed}"
    changed = ", ".join(f"{name}={_plain(value)}" for name, value in overlay.items())
    return changed or "as it is"


def _plain(value: object) -> str:
    return ",".join(value) if isinstance(value, list | tuple) else str(value)


def _print(terminal: Terminal, found: Comparison, names: list[str]) -> None:
    if found.same:
        terminal.out.print("no difference", style="green")
        return
    events = Table(title=f"{len(found.events)} events differ", title_justify="left")
    figures = Table(title=f"{len(found.figures)} figures differ", title_justify="left")
    for table, headings in ((events, names), (figures, ["figure", *names])):
        for heading in headings:
            table.add_column(heading, overflow="fold")
    for pair in found.events[:_SHOWN]:
        events.add_row(
            *("-" if e is None else str(e) for e in (pair.first, pair.second))
        )
    for figure in found.figures[:_SHOWN]:
        figures.add_row(figure.path, *map(_shown, (figure.first, figure.second)))
    for table, entries in ((events, found.events), (figures, found.figures)):
        if entries:
            more = len(entries) - _SHOWN
            table.caption = f"and {more} more, see --json" if more > 0 else None
            terminal.out.print(table)
    if found.moved:
        terminal.out.print(f"{found.moved} more events at other times")


def _shown(value: object) -> str:
    """Return a figure in one cell; a whole part of the world is only named."""
    if isinstance(value, dict):
        return f"{value.get('kind', 'mapping')} {value.get('name', '')}".strip()
    return "-" if value is None else str(value)


def _document(found: Comparison) -> dict[str, object]:
    return {
        "same": found.same,
        "events": [
            [e and e.to_json() for e in (pair.first, pair.second)]
            for pair in found.events
        ],
        "moved": found.moved,
        "figures": [
            {"path": figure.path, "values": [figure.first, figure.second]}
            for figure in found.figures
        ],
    }


DIFF = Command("diff", "compare two runs event by event", _configure, _diff)
