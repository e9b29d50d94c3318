"""Proofs: an obligation checked in every variant of a scenario."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.engine import Budget
from simulator.errors import ClaimError, InputError
from simulator.evaluation import Evaluation, evaluate
from simulator.explaining import explain
from simulator.expressions import compiled
from simulator.mechanisms import Overlay, altered, version_suffix
from simulator.scenario.model import Obligation, Option, Params, Scenario
from simulator.trace import BUDGET_EXCEEDED
from simulator.version import SIMULATOR_VERSION

FULL_SPACE = 512
SAMPLE = 64
EXPLAINED = 12
"""Events that a failure quotes at most."""


@dataclass(frozen=True, slots=True)
class ProofFailure:
    """One way in which an obligation is not met.

    ``kind``: ``count`` (another number of options holds), ``reason`` (an option is
    false without a declared reason that holds), ``same`` (two options are one),
    ``budget``, ``time`` or ``claim`` (it cannot be evaluated).
    """

    kind: str
    seed: int | None
    params: Params
    option: str
    message: str
    events: tuple[str, ...] = ()
    """The deciding events with their causes, as text."""

    def to_json(self) -> dict[str, Any]:
        """Return the failure as a JSON object."""
        return {
            "kind": self.kind,
            "seed": self.seed,
            "params": dict(self.params),
            "option": self.option,
            "message": self.message,
            "events": list(self.events),
        }


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One variant of a proof."""

    index: int
    """From 0."""
    total: int
    seed: int
    params: Params
    row: Mapping[str, bool]
    """Per option: does its claim hold in this variant?"""
    trace_hashes: Mapping[str, str]
    failures: tuple[ProofFailure, ...]
    duration_ms: float
    identities: Mapping[str, str]
    """Per option: its claim with the runs that it reads in place of the arms."""

    def to_json(self) -> dict[str, Any]:
        """Return the step as a JSON object."""
        return {
            "index": self.index,
            "total": self.total,
            "seed": self.seed,
            "params": dict(self.params),
            "row": dict(self.row),
            "trace_hashes": dict(self.trace_hashes),
            "failures": [failure.to_json() for failure in self.failures],
            "duration_ms": round(self.duration_ms, 3),
        }


@dataclass(frozen=True, slots=True)
class ProofReport:
    """The result of a proof over all its variants."""

    holds: bool
    simulator_version: str
    scenario_digest: str
    variants: int
    matrix: tuple[Mapping[str, Any], ...]
    """Per variant: ``seed``, ``params`` and ``row``."""
    failures: tuple[ProofFailure, ...]
    duration: float
    """Seconds of wall time."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "holds": self.holds,
            "simulator_version": self.simulator_version,
            "scenario_digest": self.scenario_digest,
            "variants": self.variants,
            "matrix": [dict(entry) for entry in self.matrix],
            "failures": [failure.to_json() for failure in self.failures],
            "duration": round(self.duration, 3),
        }


def proof_seeds(scenario: Scenario) -> range:
    """Return the seeds of a full proof: each variant once, or an even sample."""
    size = scenario.space_size
    if size <= FULL_SPACE:
        return range(size)
    step = size // SAMPLE
    return range(0, SAMPLE * step, step)


def iter_proof(
    scenario: Scenario,
    obligation: Obligation,
    *,
    seeds: Sequence[int] | None = None,
    budget_ms: float | None = None,
    budget: Budget | None = None,
    mechanisms: Overlay | None = None,
) -> Iterator[ProofStep]:
    """Check the obligation one variant at a time.

    ``seeds`` defaults to the full space (up to 512 variants, else 64 spread over
    it). ``budget_ms`` is processor time that all arms of one variant may take;
    ``budget`` holds for each arm. Raises InputError for an unknown claim.
    """
    for option in obligation.options:
        scenario.claim(option.claim)
        scenario.claim(option.refuted_by or option.claim)
    chosen = proof_seeds(scenario) if seeds is None else seeds
    for index, seed in enumerate(chosen):
        params = scenario.variant(seed)
        began = time.thread_time()
        undecided: tuple[ProofFailure, ...] = ()
        try:
            evaluation = evaluate(
                scenario, params, seed=seed, budget=budget, mechanisms=mechanisms
            )
        except ClaimError as error:
            evaluation = Evaluation(params, seed, {}, {})
            undecided = (ProofFailure("claim", seed, params, "", str(error)),)
        hashes = {arm: run.trace_hash for arm, run in evaluation.runs.items()}
        spent = (time.thread_time() - began) * 1000
        row = _row(obligation, evaluation)
        yield ProofStep(
            index=index,
            total=len(chosen),
            seed=seed,
            params=params,
            row=row,
            trace_hashes=hashes,
            failures=undecided
            or tuple(_failures(evaluation, obligation, row, spent, budget_ms)),
            duration_ms=spent,
            identities=_identities(scenario, obligation, evaluation),
        )


def _row(obligation: Obligation, evaluation: Evaluation) -> dict[str, bool]:
    """Return per option whether its claim holds; empty when that was not decided."""
    return {
        option.key: evaluation.claims[option.claim].holds
        for option in obligation.options
        if evaluation.claims
    }


def prove(
    scenario: Scenario,
    obligation: Obligation | None = None,
    *,
    seeds: Sequence[int] | None = None,
    budget_ms: float | None = None,
    budget: Budget | None = None,
    mechanisms: Overlay | None = None,
) -> ProofReport:
    """Check an obligation in every variant; the scenario's own ones by default.

    Raises InputError when there is nothing to prove or a claim is unknown.
    """
    obligations = scenario.obligations if obligation is None else (obligation,)
    if not obligations:
        raise InputError(f"scenario {scenario.key} declares no obligation to prove")
    began = time.perf_counter()
    steps: list[ProofStep] = []
    failures: list[ProofFailure] = []
    with altered(mechanisms or {}):
        version = SIMULATOR_VERSION + version_suffix()
        for entry in obligations:
            own = list(
                iter_proof(
                    scenario, entry, seeds=seeds, budget_ms=budget_ms, budget=budget
                )
            )
            steps += own
            failures += summarise(entry, own)
    return ProofReport(
        holds=not failures,
        simulator_version=version,
        scenario_digest=scenario.digest,
        variants=len(steps),
        matrix=tuple(
            {"seed": step.seed, "params": step.params, "row": step.row}
            for step in steps
        ),
        failures=tuple(failures),
        duration=time.perf_counter() - began,
    )


def summarise(
    obligation: Obligation, steps: Sequence[ProofStep]
) -> tuple[ProofFailure, ...]:
    """Return all failures of the steps, and those that only all of them show.

    Two options are the same when their claims read identical runs in the same way
    in every variant: no variant could ever tell them apart.
    """
    failures = [failure for step in steps for failure in step.failures]
    options = obligation.options
    for index, first in enumerate(options):
        for second in options[index + 1 :]:
            if steps and all(
                first.key in step.identities
                and step.identities[first.key] == step.identities[second.key]
                for step in steps
            ):
                message = f"options {first.key} and {second.key} are the same claim"
                key = f"{first.key}, {second.key}"
                failures.append(ProofFailure("same", None, {}, key, message))
    return tuple(failures)


def _failures(
    evaluation: Evaluation,
    obligation: Obligation,
    row: Mapping[str, bool],
    spent_ms: float,
    budget_ms: float | None,
) -> Iterator[ProofFailure]:
    seed, params = evaluation.seed, evaluation.params
    if not evaluation.within_budget:
        for arm, run in evaluation.runs.items():
            if run.verdict == BUDGET_EXCEEDED:
                message = f"arm {arm}: {run.events[-1].detail['log']}"
                yield ProofFailure("budget", seed, params, "", message)
        return
    if budget_ms is not None and spent_ms > budget_ms:
        message = f"the arms took {spent_ms:.1f} ms, {budget_ms:g} ms are allowed"
        yield ProofFailure("time", seed, params, "", message)
    holding = [key for key, holds in row.items() if holds]
    if len(holding) != obligation.true:
        yield from _count_failures(evaluation, obligation, row, holding)
    for option in obligation.options:
        if not row[option.key]:
            yield from _reason_failure(evaluation, option)


def _count_failures(
    evaluation: Evaluation,
    obligation: Obligation,
    row: Mapping[str, bool],
    holding: list[str],
) -> Iterator[ProofFailure]:
    """Name the options on the side that is too long, or all when none can be told."""
    wanted = obligation.true
    said = f"{len(holding)} options hold ({', '.join(holding) or 'none'}), not {wanted}"
    too_many = len(holding) > wanted
    for option in obligation.options:
        if row[option.key] != too_many:
            continue
        state = "holds" if too_many else "does not hold"
        message = f"option {option.key} (claim {option.claim}) {state}: {said}"
        yield _failure("count", evaluation, option.key, option.claim, message)


def _reason_failure(evaluation: Evaluation, option: Option) -> Iterator[ProofFailure]:
    reason = option.refuted_by
    if reason is not None and evaluation.claims[reason].holds:
        return
    said = f"option {option.key} (claim {option.claim}) is false, "
    if reason is None:
        message = f"{said}and declares no reason for it"
    else:
        message = f"{said}but not for its declared reason {reason}"
    shown = reason or option.claim
    yield _failure("reason", evaluation, option.key, shown, message)


def _failure(
    kind: str, evaluation: Evaluation, option: str, claim: str, message: str
) -> ProofFailure:
    events = tuple(f"{arm}: {event}" for arm, event in explain(evaluation, claim).chain)
    return ProofFailure(
        kind,
        evaluation.seed,
        evaluation.params,
        option,
        message,
        events[-EXPLAINED:],
    )


def _identities(
    scenario: Scenario, obligation: Obligation, evaluation: Evaluation
) -> dict[str, str]:
    """Return each decided option's expression, its arms named by what they did."""
    if not evaluation.claims:
        return {}
    runs = evaluation.runs
    result = {}
    named: dict[str, str] = {}
    for option in obligation.options:
        expression = compiled(scenario.claims[option.claim].expression)
        words = " ".join(expression.source.split())
        for arm in {arm for arm, _, _ in expression.reads}:
            if arm not in named:
                named[arm] = replace(runs[arm], arm="").trace_hash
            words = words.replace(f"runs.{arm}.", f"runs.{named[arm]}.")
        result[option.key] = words
    return result
