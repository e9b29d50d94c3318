"""The command line: ``run`` shows what happens, ``prove`` what always holds.

Exit status: 0 done, or the proof holds; 1 the proof fails; 2 the input is wrong;
130 interrupted.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from simulator.errors import InputError, ScenarioError, SimulatorError
from simulator.evaluation import Evaluation, evaluate
from simulator.proving import ProofFailure, ProofStep, iter_proof, summarise
from simulator.proving import proof_seeds as seeds_of
from simulator.scenario.model import Obligation, Scenario
from simulator.scenario.parser import load_scenario
from simulator.trace import Run, Scalar
from simulator.version import SIMULATOR_VERSION

HOLDS, FAILS, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command, by default that of the process; return the exit status."""
    options = _parser().parse_args(arguments)
    console = Console(markup=False, emoji=False, highlight=False)
    errors = Console(stderr=True, markup=False, emoji=False, highlight=False)
    try:
        scenario = _load(options.file)
        command = _prove if options.command == "prove" else _run
        return command(scenario, options, console)
    except ScenarioError as error:
        for problem in error.problems:
            errors.print(f"{options.file}: {problem}", soft_wrap=True)
        return WRONG_INPUT
    except (SimulatorError, OSError, UnicodeDecodeError) as error:
        errors.print(f"{options.file}: {error}", soft_wrap=True)
        return WRONG_INPUT
    except KeyboardInterrupt:
        errors.print("interrupted")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="Scenarios whose answers are runs."
    )
    parser.add_argument("--version", action="version", version=SIMULATOR_VERSION)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the arms of one variant")
    prove = commands.add_parser("prove", help="check what holds in every variant")
    for command in (run, prove):
        command.add_argument("file", type=Path, help="a scenario (YAML)")
        command.add_argument("--json", action="store_true", help="print JSON")
    run.add_argument("--arm", help="show the trace of this arm only")
    run.add_argument("--seed", type=int, default=0, help="which variant (default 0)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter of the variant",
    )
    return parser


def _load(file: Path) -> Scenario:
    return load_scenario(file.read_text(encoding="utf-8"), name=file.name)


def _run(scenario: Scenario, options: argparse.Namespace, console: Console) -> int:
    params = {**scenario.variant(options.seed), **_settings(scenario, options.set)}
    evaluation = evaluate(scenario, scenario.checked_params(params), seed=options.seed)
    if options.arm is not None:
        scenario.arm(options.arm)
    runs = [run for arm, run in evaluation.runs.items() if options.arm in {None, arm}]
    if options.json:
        claims = {name: claim.holds for name, claim in evaluation.claims.items()}
        document = {"runs": [run.to_json() for run in runs], "claims": claims}
        console.print_json(json.dumps(document))
        return HOLDS
    for run in runs:
        console.print(_trace(scenario, run))
    console.print(_claims(scenario, evaluation))
    return HOLDS


def _settings(scenario: Scenario, words: Sequence[str]) -> dict[str, Scalar]:
    """Read NAME=VALUE pairs; a value is one that the parameter can have."""
    settings: dict[str, Scalar] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in scenario.parameters:
            known = ", ".join(scenario.parameters) or "none"
            message = f"--set {word}: give NAME=VALUE; parameters: {known}"
            raise InputError(message)
        values = {_spelled(known): known for known in scenario.parameters[name]}
        if value not in values:
            message = f"--set {word}: {name} is one of {', '.join(values)}"
            raise InputError(message)
        settings[name] = values[value]
    return settings


def _spelled(value: Scalar) -> str:
    """Return a value as a scenario file spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


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
        )
    return table


def _claims(scenario: Scenario, evaluation: Evaluation) -> Table:
    values = ", ".join(
        f"{key}={_spelled(value)}" for key, value in evaluation.params.items()
    )
    table = Table(title=f"claims in variant {values or '-'}", title_justify="left")
    for heading in ("claim", "holds", "text"):
        table.add_column(heading, overflow="fold")
    for name, claim in evaluation.claims.items():
        holds = "yes" if claim.holds else "no"
        table.add_row(name, holds, scenario.claims[name].text)
    return table


def _prove(scenario: Scenario, options: argparse.Namespace, console: Console) -> int:
    if not scenario.obligations:
        message = f"scenario {scenario.key} declares no obligation to prove"
        raise InputError(message)
    failed = False
    reports = []
    for obligation in scenario.obligations:
        steps = _steps(scenario, obligation, quiet=options.json)
        failures = summarise(obligation, steps)
        failed = failed or bool(failures)
        if options.json:
            reports.append(_report(obligation, steps, failures))
            continue
        console.print(_matrix(obligation, steps))
        _print_failures(console, failures)
    if options.json:
        console.print_json(json.dumps(reports))
    return FAILS if failed else HOLDS


def _steps(
    scenario: Scenario, obligation: Obligation, *, quiet: bool
) -> list[ProofStep]:
    """Prove with a bar of progress on standard error."""
    return list(
        track(
            iter_proof(scenario, obligation),
            description=f"proving {obligation.key}",
            total=len(seeds_of(scenario)),
            console=Console(stderr=True),
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


def _print_failures(console: Console, failures: Sequence[ProofFailure]) -> None:
    if not failures:
        console.print("proved")
        return
    first = failures[0]
    seed = "in all variants" if first.seed is None else f"at seed {first.seed}"
    console.print(f"not proved: {len(failures)} failures; the first, {seed}:")
    console.print(first.message, soft_wrap=True)
    for event in first.events:
        console.print(f"  {event}", soft_wrap=True)
