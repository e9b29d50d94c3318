"""Proofs: an obligation checked in every variant of a scenario."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.engine import Budget
from simulator.errors import ClaimError, InputError
from simulator.evaluation import Evaluation, evaluate
from simulator.expressions import compiled
from simulator.mechanisms import Overlay, altered, version_suffix
from simulator.refuting import ProofFailure, failures_of
from simulator.scenario.model import Obligation, Params, Scenario
from simulator.version import SIMULATOR_VERSION

FULL_SPACE = 512
SAMPLE = 64


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
    for (step,) in iter_proofs(
        scenario,
        (obligation,),
        seeds=seeds,
        budget_ms=budget_ms,
        budget=budget,
        mechanisms=mechanisms,
    ):
        yield step


def iter_proofs(
    scenario: Scenario,
    obligations: Sequence[Obligation],
    *,
    seeds: Sequence[int] | None = None,
    budget_ms: float | None = None,
    budget: Budget | None = None,
    mechanisms: Overlay | None = None,
) -> Iterator[tuple[ProofStep, ...]]:
    """Check several obligations one variant at a time, its arms run once for all.

    Each variant gives a step for every obligation, in their order. The rest is as
    for ``iter_proof``.
    """
    for option in (option for entry in obligations for option in entry.options):
        scenario.claim(option.claim)
        scenario.claim(option.refuted_by or option.claim)
    chosen = proof_seeds(scenario) if seeds is None else seeds
    for index, seed in enumerate(chosen):
        tried = _try(scenario, seed, budget, mechanisms)
        yield tuple(
            _step(tried, obligation, budget_ms, index=index, total=len(chosen))
            for obligation in obligations
        )


@dataclass(frozen=True, slots=True)
class _Trial:
    """One variant, executed."""

    evaluation: Evaluation
    hashes: Mapping[str, str]
    undecided: tuple[ProofFailure, ...]
    """What kept its claims from being evaluated."""
    spent_ms: float
    readings: Mapping[str, str]
    """Per claim: its expression, with the runs that it reads in place of the arms."""


def _try(
    scenario: Scenario, seed: int, budget: Budget | None, mechanisms: Overlay | None
) -> _Trial:
    """Run all arms of a variant, and evaluate all claims."""
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
    readings = _readings(scenario, evaluation)
    return _Trial(evaluation, hashes, undecided, spent, readings)


def _step(
    tried: _Trial,
    obligation: Obligation,
    budget_ms: float | None,
    *,
    index: int,
    total: int,
) -> ProofStep:
    """Return what a variant says of one obligation."""
    evaluation, spent = tried.evaluation, tried.spent_ms
    row = _row(obligation, evaluation)
    return ProofStep(
        index=index,
        total=total,
        seed=evaluation.seed,
        params=evaluation.params,
        row=row,
        trace_hashes=tried.hashes,
        failures=tried.undecided
        or tuple(failures_of(evaluation, obligation, row, spent, budget_ms)),
        duration_ms=spent,
        identities={
            option.key: tried.readings[option.claim]
            for option in obligation.options
            if option.claim in tried.readings
        },
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
        rounds = iter_proofs(
            scenario, obligations, seeds=seeds, budget_ms=budget_ms, budget=budget
        )
        for entry, own in zip(obligations, zip(*rounds, strict=True), strict=False):
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


def _readings(scenario: Scenario, evaluation: Evaluation) -> dict[str, str]:
    """Return each claim's expression, its arms named by what happened in them."""
    if not evaluation.claims:
        return {}
    names = {arm: run.content_hash for arm, run in evaluation.runs.items()}
    result = {}
    for key, claim in scenario.claims.items():
        expression = compiled(claim.expression)
        words = " ".join(expression.source.split())
        for arm in expression.arms:
            words = words.replace(f"runs.{arm}.", f"runs.{names[arm]}.")
        result[key] = words
    return result
