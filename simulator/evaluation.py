"""All arms of a variant, and the claims that their runs prove or refute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import cel

from simulator.engine import Budget
from simulator.errors import ClaimError
from simulator.events import FAILED, Event
from simulator.expressions import (
    MAX_COST_US,
    Expression,
    ExpressionError,
    Path,
    compiled,
)
from simulator.mechanisms import Overlay
from simulator.running import Documents, run_arms
from simulator.scenario.model import Claim, Evidence, Params, Scenario
from simulator.trace import BUDGET_EXCEEDED, Run


@dataclass(frozen=True, slots=True)
class DecidingEvent:
    """An event of an arm's run that decides a claim."""

    arm: str
    seq: int


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """Whether a claim holds in a variant, and the events that decide it."""

    name: str
    holds: bool
    deciding: tuple[DecidingEvent, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The runs of a variant and the claims over them."""

    params: Params
    seed: int
    runs: Mapping[str, Run]
    claims: Mapping[str, ClaimResult]
    """Empty when a run went over its budget: then nothing is decided."""

    @property
    def within_budget(self) -> bool:
        """True when every arm ran to its end."""
        return all(run.verdict != BUDGET_EXCEEDED for run in self.runs.values())


def evaluate(
    scenario: Scenario,
    params: Params,
    *,
    seed: int = 0,
    budget: Budget | None = None,
    mechanisms: Overlay | None = None,
    documents: Documents | None = None,
) -> Evaluation:
    """Run all arms of a variant and evaluate every claim.

    ``budget`` holds for each arm. ``mechanisms`` changes the simulator itself, as
    ``altered`` does. ``documents`` are Dockerfiles in the place of those of the world,
    by name, as for ``run_arm``. Raises InputError for wrong parameters, ClaimError
    when a claim reads something that the runs do not have.
    """
    done = run_arms(
        scenario,
        scenario.arms.values(),
        params,
        seed=seed,
        budget=budget,
        mechanisms=mechanisms,
        documents=documents,
    )
    runs = {run.arm: run for run in done}
    undecided = Evaluation(params, seed, runs, {})
    if not undecided.within_budget:
        return undecided
    expressions = {
        name: compiled(claim.expression) for name, claim in scenario.claims.items()
    }
    _check_costs(runs, expressions)
    variables = _context(runs, params, expressions.values())
    last = {arm: _last_that_matters(run) for arm, run in runs.items()}
    claims = {}
    for name, claim in scenario.claims.items():
        try:
            holds = expressions[name].truth(variables)
        except ExpressionError as error:
            raise ClaimError(f"claim {name}: {error}") from error
        deciding = _deciding(claim, expressions[name], runs, last)
        claims[name] = ClaimResult(name, holds, deciding)
    return Evaluation(params, seed, runs, claims)


def _check_costs(
    runs: Mapping[str, Run], expressions: Mapping[str, Expression]
) -> None:
    """Raise ClaimError for a claim that would go over its runs for too long."""
    for name, expression in expressions.items():
        arms = runs if expression.reads_all else expression.arms
        entries = max((_entries(runs[arm]) for arm in arms), default=0)
        if expression.cost_us(entries) > MAX_COST_US:
            message = f"claim {name}: its loops take too long over {entries} entries"
            raise ClaimError(message)


def _entries(run: Run) -> int:
    """Return how long a list in a run may be: its events, or its parts."""
    return max(len(run.events), run.budget_used["objects"])


def _context(
    runs: Mapping[str, Run], params: Params, expressions: Iterable[Expression]
) -> cel.Context:
    """Return what claims see: only what some claim reads, for speed."""
    paths: dict[str, list[Path]] = {}
    for expression in expressions:
        for arm in runs if expression.reads_all else ():
            paths.setdefault(arm, []).append(())
        for arm, *inner in expression.reads:
            paths.setdefault(arm, []).append(tuple(inner))
    visible = {arm: _seen(runs[arm], wanted) for arm, wanted in paths.items()}
    return cel.Context({"runs": visible, "params": dict(params)})


def _seen(run: Run, paths: Sequence[Path]) -> dict[str, Any]:
    """Return what of a run paths lead to, and perhaps more."""
    parts = {
        "events": run.events,
        "observation": run.observation,
        "metrics": run.metrics,
    }
    seen: dict[str, Any] = {**_narrowed(parts, paths)}
    if "events" in seen:
        seen["events"] = [event.to_json() for event in run.events]
    return seen


def _narrowed(source: Any, paths: Sequence[Path]) -> Any:
    """Return what paths lead to; all of ``source`` if one ends here or at nothing."""
    if not isinstance(source, Mapping):
        return source
    inner: dict[str, list[Path]] = {}
    for path in paths:
        if not path or path[0] not in source:
            return source
        inner.setdefault(path[0], []).append(path[1:])
    return {name: _narrowed(source[name], wanted) for name, wanted in inner.items()}


def _deciding(
    claim: Claim,
    expression: Expression,
    runs: Mapping[str, Run],
    last: Mapping[str, int | None],
) -> tuple[DecidingEvent, ...]:
    """Return the events that the claim's evidence selects.

    An arm without a selector shows its last failure, or its last event.
    """
    found: dict[DecidingEvent, None] = {}
    for selector in claim.evidence:
        for event in _select(selector, runs[selector.arm].events):
            found[DecidingEvent(selector.arm, event.seq)] = None
    selected = {deciding.arm for deciding in found}
    arms = expression.arms or set(runs)
    for arm, seq in last.items():
        if seq is not None and arm in arms and arm not in selected:
            found[DecidingEvent(arm, seq)] = None
    return tuple(found)


def _last_that_matters(run: Run) -> int | None:
    """Return the number of a run's last failure, or else of its last event."""
    if not run.events:
        return None
    backwards = (event.seq for event in reversed(run.events) if event.outcome == FAILED)
    return next(backwards, run.events[-1].seq)


def _select(selector: Evidence, events: tuple[Event, ...]) -> tuple[Event, ...]:
    order = reversed(events) if selector.pick == "last" else events
    matching = (event for event in order if _matches(selector, event))
    return tuple(matching if selector.pick == "all" else islice(matching, 1))


def _matches(selector: Evidence, event: Event) -> bool:
    wanted, detail = selector, event.detail
    return (
        (not wanted.action or wanted.action == event.action)
        and (not wanted.actor or wanted.actor == event.actor)
        and (not wanted.outcome or wanted.outcome == event.outcome)
        and (not wanted.target or wanted.target == detail.get("target"))
        and (not wanted.errno_name or wanted.errno_name == detail.get("errno_name"))
    )
