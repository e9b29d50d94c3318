"""Why a variant does not meet an obligation, with the events that decide it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.evaluation import Evaluation
from simulator.explaining import explain
from simulator.scenario.model import Obligation, Option, Params
from simulator.trace import BUDGET_EXCEEDED

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


def failures_of(
    evaluation: Evaluation,
    obligation: Obligation,
    row: Mapping[str, bool],
    spent_ms: float,
    budget_ms: float | None,
) -> Iterator[ProofFailure]:
    """Go through all that is wrong with an obligation in one variant.

    ``row`` says per option whether it holds; ``spent_ms`` is the processor time that
    the arms have taken, ``budget_ms`` what they may take.
    """
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
