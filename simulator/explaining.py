"""Why a claim holds or not, and where that would be otherwise."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice, product

from simulator.comparing import Difference, first_that_matters
from simulator.engine import Budget
from simulator.errors import ClaimError, InputError
from simulator.evaluation import Evaluation, evaluate
from simulator.events import Event
from simulator.expressions import compiled
from simulator.scenario.model import Params, Scenario
from simulator.scenario.space import MAX_SPACE
from simulator.trace import Scalar

VARIANTS = 1_000
CPU_MS = 10_000
_HALVINGS = 8
"""How often a range is cut in half to find values between the listed ones."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first event where two arms differ and it matters for a claim."""

    arms: tuple[str, str]
    difference: Difference


@dataclass(frozen=True, slots=True)
class Explanation:
    """What decided a claim in one variant."""

    claim: str
    holds: bool
    chain: tuple[tuple[str, Event], ...]
    """The deciding events, each after its chain of causes: pairs of arm and event,
    per arm in the order of the trace, none twice."""
    divergences: tuple[Divergence, ...]
    """For each two arms that the claim is decided by, when they differ there."""


def explain(evaluation: Evaluation, claim: str, *others: str) -> Explanation:
    """Explain a claim: its chain of causes, and where its arms first part ways.

    ``others`` are claims whose arms are compared with those of ``claim`` too: what a
    question's other options stand for. Raises InputError for a claim that is not
    there, or undecided for lack of budget.
    """
    own = _chains(evaluation, claim)
    beside: dict[str, set[int]] = {}
    for other in others:
        for arm, causes in _chains(evaluation, other).items():
            beside.setdefault(arm, set()).update(causes)
    shown = tuple(
        (arm, evaluation.runs[arm].events[seq])
        for arm, causes in own.items()
        for seq in sorted(causes)
    )
    holds = evaluation.claims[claim].holds
    return Explanation(claim, holds, shown, _divergences(evaluation, own, beside))


def _chains(evaluation: Evaluation, claim: str) -> dict[str, set[int]]:
    """Return per arm the ``seq`` of each deciding event and of all its causes."""
    if claim not in evaluation.claims:
        raise InputError(f"claim {claim!r} was not decided in this variant")
    chains: dict[str, set[int]] = {}
    for deciding in evaluation.claims[claim].deciding:
        events = evaluation.runs[deciding.arm].events
        causes = chains.setdefault(deciding.arm, set())
        seq: int | None = deciding.seq
        while seq is not None and seq not in causes:
            causes.add(seq)
            seq = events[seq].cause
    return chains


def _divergences(
    evaluation: Evaluation, own: dict[str, set[int]], beside: dict[str, set[int]]
) -> tuple[Divergence, ...]:
    """Compare each two arms of the claim, and each of them with those beside it."""
    both = {
        arm: own.get(arm, set()) | beside.get(arm, set()) for arm in (*own, *beside)
    }
    found = []
    for first, second in combinations(both, 2):
        if first not in own:
            continue
        runs, causes = evaluation.runs, (both[first], both[second])
        difference = first_that_matters(runs[first], runs[second], causes)
        if difference is not None:
            found.append(Divergence((first, second), difference))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A variant in which a claim is not what it is in the scenario's first one."""

    claim: str
    holds: bool
    """What it is there."""
    is_listed: bool
    """False when a parameter has a value between those that the scenario lists."""
    evaluation: Evaluation

    @property
    def params(self) -> Params:
        """The variant."""
        return self.evaluation.params


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for a counterexample came to."""

    found: Counterexample | None
    tried: int
    """How many variants were run."""
    is_complete: bool
    """True when every listed variant was run, and every one between them."""


def find_counterexample(
    scenario: Scenario,
    claim: str,
    *others: str,
    seed: int = 0,
    variants: int = VARIANTS,
    cpu_ms: int | None = None,
    budget: Budget | None = None,
) -> Search:
    """Search the parameter space for a variant where another answer holds.

    That is: where ``claim``, or one of ``others`` (the claims of a question's other
    options), is not what it is in the first variant. Every listed variant is tried,
    then values inside ranges that lie between the listed ones, wherever ``where``
    allows them. ``variants`` and ``cpu_ms`` (processor time, by default ``CPU_MS``)
    bound the search, ``budget`` each run; a variant that goes over it decides
    nothing. Raises InputError for an unknown claim.
    """
    names = (claim, *others)
    for name in names:
        scenario.claim(name)
    until = time.thread_time() + (CPU_MS if cpu_ms is None else cpu_ms) / 1000
    candidates = chain(
        ((params, True) for params in scenario.variants()),
        ((params, False) for params in _between(scenario)),
    )
    expected: dict[str, bool] = {}
    tried = 0
    for params, is_listed in candidates:
        if tried == variants or time.thread_time() > until:
            return Search(None, tried, is_complete=False)
        tried += 1
        admitting = _admitting(scenario, params)
        try:
            done = evaluate(admitting, params, seed=seed, budget=budget)
        except ClaimError:
            continue
        for name in names if done.claims else ():
            holds = done.claims[name].holds
            if expected.setdefault(name, holds) != holds:
                found = Counterexample(name, holds, is_listed, done)
                return Search(found, tried, is_complete=False)
    return Search(None, tried, is_complete=True)


def _between(scenario: Scenario) -> Iterator[Params]:
    """Go through variants with values inside ranges that are not listed.

    Each range is cut in half again and again, so the first ones are far apart.
    """
    condition = compiled(scenario.where, macros=0) if scenario.where else None
    listed = {name: set(values) for name, values in scenario.parameters.items()}
    seen: set[tuple[Scalar, ...]] = set()
    for depth in range(1, _HALVINGS + 1):
        values = {
            name: (*known, *_inside(scenario.ranges[name], depth, listed[name]))
            if name in scenario.ranges
            else known
            for name, known in scenario.parameters.items()
        }
        for combined in islice(product(*values.values()), MAX_SPACE):
            params = dict(zip(values, combined, strict=True))
            if combined in seen or all(v in listed[n] for n, v in params.items()):
                continue
            seen.add(combined)
            if condition is None or condition.truth({"params": params}):
                yield params


def _inside(
    ends: tuple[int, int], depth: int, listed: Collection[Scalar]
) -> Iterator[int]:
    """Go through the values that cut a range into ``2 ** depth`` parts."""
    low, high = ends
    parts = 2**depth
    cuts = dict.fromkeys(low + (high - low) * part // parts for part in range(1, parts))
    return (cut for cut in cuts if cut not in listed)


def _admitting(scenario: Scenario, params: Params) -> Scenario:
    """Return the scenario as it is when it lists these values too."""
    new = {
        name: (*values, params[name])
        for name, values in scenario.parameters.items()
        if params[name] not in values
    }
    if not new:
        return scenario
    return replace(scenario, parameters={**scenario.parameters, **new})
