"""``run``: what happens in the arms of one variant, and which claims hold."""

import argparse

from rich.table import Table

from simulator.cli.command import HOLDS, Command, Terminal
from simulator.cli.inputs import (
    add_file,
    add_mechanisms,
    add_variant,
    read_mechanisms,
    read_scenario,
    read_variant,
    spelled_params,
)
from simulator.evaluation import Evaluation, evaluate
from simulator.events import FAILED
from simulator.scenario.model import Scenario
from simulator.trace import Run


def _configure(parser: argparse.ArgumentParser) -> None:
    add_file(parser)
    add_variant(parser)
    add_mechanisms(parser)
    parser.add_argument("--arm", help="show the trace of this arm only")


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    scenario = read_scenario(options)
    params = read_variant(scenario, options)
    if options.arm is not None:
        scenario.arm(options.arm)
    evaluation = evaluate(
        scenario, params, seed=options.seed, mechanisms=read_mechanisms(options)
    )
    runs = [run for arm, run in evaluation.runs.items() if options.arm in {None, arm}]
    if options.json:
        claims = {name: claim.holds for name, claim in evaluation.claims.items()}
        terminal.json({"runs": [run.to_json() for run in runs], "claims": claims})
        return HOLDS
    for run in runs:
        terminal.out.print(_trace(scenario, run))
    terminal.out.print(_claims(scenario, evaluation))
    return HOLDS


def _trace(scenario: Scenario, run: Run) -> Table:
    table = Table(
        title=f"{run.arm}: {scenario.arms[run.arm].label}",
        caption=f"{run.verdict}, trace {run.trace_hash}",
        title_justify="left",
        caption_justify="left",
    )
    for heading in ("#", "time (s)", "actor", "action", "outcome", "detail", "cause"):
        table.add_column(heading, overflow="fold")
    for event in run.events:
        detail = ", ".join(f"{key}={value}" for key, value in event.detail.items())
        table.add_row(
            str(event.seq),
            f"{event.time / 1_000_000:.3f}",
            event.actor,
            event.action,
            event.outcome,
            detail,
            "" if event.cause is None else f"#{event.cause}",
            style="red" if event.outcome == FAILED else None,
        )
    return table


def _claims(scenario: Scenario, evaluation: Evaluation) -> Table:
    values = spelled_params(evaluation.params)
    table = Table(title=f"claims in variant {values}", title_justify="left")
    for heading in ("claim", "holds", "text"):
        table.add_column(heading, overflow="fold")
    for name, claim in evaluation.claims.items():
        holds, style = ("yes", "green") if claim.holds else ("no", None)
        table.add_row(name, holds, scenario.claims[name].text, style=style)
    return table


RUN = Command("run", "run the arms of one variant", _configure, _run)
