"""``prove``: what obligations of scenarios promise, checked in every variant."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from simulator.cli.command import FAILS, HOLDS, WRONG_INPUT, Command, Terminal
from simulator.cli.inputs import add_mechanisms, read_file, read_mechanisms
from simulator.errors import InputError, ScenarioError, SimulatorError
from simulator.mechanisms import altered, version_suffix
from simulator.proving import ProofStep, iter_proofs, proof_seeds, summarise
from simulator.refuting import ProofFailure
from simulator.scenario.model import Obligation, Scenario
from simulator.version import SIMULATOR_VERSION


@dataclass(frozen=True, slots=True)
class _Proof:
    file: Path
    obligation: Obligation
    version: str
    steps: Sequence[ProofStep]
    failures: Sequence[ProofFailure]

    def to_json(self) -> dict[str, object]:
        return {
            "file": str(self.file),
            "obligation": self.obligation.key,
            "holds": not self.failures,
            "simulator_version": self.version,
            "matrix": [step.to_json() for step in self.steps],
            "failures": [failure.to_json() for failure in self.failures],
        }


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", help="scenarios (YAML)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--seed",
        type=int,
        action="append",
        help="only this variant; may be given several times (default: all)",
    )
    add_mechanisms(parser)


def _prove(options: argparse.Namespace, terminal: Terminal) -> int:
    proofs: list[_Proof] = []
    wrong = False
    with altered(read_mechanisms(options)), _bar(terminal, options) as bar:
        for file in options.files:
            try:
                proofs += _proofs(file, options.seed, bar)
            except ScenarioError as error:
                wrong = True
                for problem in error.problems:
                    terminal.err.print(f"{file}: {problem}", soft_wrap=True)
            except (SimulatorError, OSError, UnicodeDecodeError) as error:
                wrong = True
                terminal.err.print(f"{file}: {error}", soft_wrap=True)
    _show(options, terminal, proofs)
    if wrong:
        return WRONG_INPUT
    return FAILS if any(proof.failures for proof in proofs) else HOLDS


def _bar(terminal: Terminal, options: argparse.Namespace) -> Progress:
    """Return a bar of progress on standard error, gone when the work is done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=terminal.err,
        transient=True,
        disable=options.json or not terminal.err.is_terminal,
    )


def _proofs(file: Path, seeds: Sequence[int] | None, bar: Progress) -> list[_Proof]:
    scenario = read_file(file)
    if not scenario.obligations:
        message = f"scenario {scenario.key} declares no obligation to prove"
        raise InputError(message)
    rounds = _rounds(scenario, seeds, bar)
    version = SIMULATOR_VERSION + version_suffix()
    return [
        _Proof(file, obligation, version, steps, summarise(obligation, steps))
        for obligation, steps in zip(
            scenario.obligations, zip(*rounds, strict=True), strict=True
        )
    ]


def _rounds(
    scenario: Scenario, seeds: Sequence[int] | None, bar: Progress
) -> Iterator[tuple[ProofStep, ...]]:
    """Go through the variants, each with a step for every obligation."""
    task = bar.add_task(scenario.key, total=len(seeds or proof_seeds(scenario)))
    for steps in iter_proofs(scenario, scenario.obligations, seeds=seeds):
        yield steps
        bar.advance(task)
    bar.remove_task(task)


def _show(
    options: argparse.Namespace, terminal: Terminal, proofs: Sequence[_Proof]
) -> None:
    if options.json:
        terminal.json([proof.to_json() for proof in proofs])
        return
    if len(options.files) > 1:
        terminal.out.print(_summary(proofs))
    for proof in proofs:
        if len(options.files) == 1:
            terminal.out.print(_matrix(proof.obligation, proof.steps))
        elif proof.failures:
            terminal.out.print(f"{proof.file}: {proof.obligation.key}")
        if len(options.files) == 1 or proof.failures:
            _print_failures(terminal, proof.failures)


def _summary(proofs: Sequence[_Proof]) -> Table:
    """A line per obligation of every file."""
    table = Table(title_justify="left")
    for heading in ("file", "obligation", "variants", "ms", "proved"):
        table.add_column(heading, overflow="fold")
    for proof in proofs:
        spent = sum(step.duration_ms for step in proof.steps)
        table.add_row(
            proof.file.name,
            proof.obligation.key,
            str(len(proof.steps)),
            f"{spent:.0f}",
            "NO" if proof.failures else "yes",
            style="red" if proof.failures else None,
        )
    held = sum(not proof.failures for proof in proofs)
    table.title = f"{held} of {len(proofs)} obligations hold"
    return table


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


PROVE = Command("prove", "check what holds in every variant", _configure, _prove)
