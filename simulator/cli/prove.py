"""``prove``: what a scenario's obligations promise, checked in every variant."""

import argparse
from collections.abc import Sequence

from rich.progress import track
from rich.table import Table

from simulator.cli.command import FAILS, HOLDS, Command, Terminal
from simulator.cli.inputs import add_file, read_scenario
from simulator.errors import InputError
from simulator.proving import (
    ProofFailure,
    ProofStep,
    iter_proof,
    proof_seeds,
    summarise,
)
from simulator.scenario.model import Obligation, Scenario
from simulator.version import SIMULATOR_VERSION


def _prove(options: argparse.Namespace, terminal: Terminal) -> int:
    scenario = read_scenario(options)
    if not scenario.obligations:
        message = f"scenario {scenario.key} declares no obligation to prove"
        raise InputError(message)
    failed = False
    reports = []
    for obligation in scenario.obligations:
        steps = _steps(scenario, obligation, terminal, quiet=options.json)
        failures = summarise(obligation, steps)
        failed = failed or bool(failures)
        if options.json:
            reports.append(_report(obligation, steps, failures))
            continue
        terminal.out.print(_matrix(obligation, steps))
        _print_failures(terminal, failures)
    if options.json:
        terminal.json(reports)
    return FAILS if failed else HOLDS


def _steps(
    scenario: Scenario, obligation: Obligation, terminal: Terminal, *, quiet: bool
) -> list[ProofStep]:
    """Prove with a bar of progress on standard error."""
    return list(
        track(
            iter_proof(scenario, obligation),
            description=f"proving {obligation.key}",
            total=len(proof_seeds(scenario)),
            console=terminal.err,
            transient=True,
            disable=quiet,
        )
    )


def _report(
    obligation: Obligation,
    steps: Sequence[ProofStep],
    failures: Sequence[ProofFailure],
) -> dict[str, object]:
    return {
        "obligation": obligation.key,
        "holds": not failures,
        "simulator_version": SIMULATOR_VERSION,
        "matrix": [step.to_json() for step in steps],
        "failures": [failure.to_json() for failure in failures],
    }


def _matrix(obligation: Obligation, steps: Sequence[ProofStep]) -> Table:
    """Per option: its claim, and in how many of the variants it holds."""
    table = Table(
        title=f"{obligation.key}: {obligation.true} of {len(obligation.options)} "
        f"options hold in each of {len(steps)} variants?",
        title_justify="left",
    )
    for heading in ("option", "claim", "holds in"):
        table.add_column(heading, overflow="fold")
    for option in obligation.options:
        count = sum(step.row.get(option.key, False) for step in steps)
        table.add_row(option.key, option.claim, f"{count} of {len(steps)}")
    return table


def _print_failures(terminal: Terminal, failures: Sequence[ProofFailure]) -> None:
    if not failures:
        terminal.out.print("proved", style="green")
        return
    first = failures[0]
    seed = "in all variants" if first.seed is None else f"at seed {first.seed}"
    terminal.out.print(
        f"not proved: {len(failures)} failures; the first, {seed}:", style="red"
    )
    terminal.out.print(first.message, soft_wrap=True)
    for event in first.events:
        terminal.out.print(f"  {event}", soft_wrap=True)


PROVE = Command("prove", "check what holds in every variant", add_file, _prove)
