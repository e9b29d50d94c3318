"""The model against this machine's kernel: every claim that both can judge."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from simulator.evaluation import evaluate
from simulator.expressions import ExpressionError, compiled
from simulator.live.capabilities import Report
from simulator.live.running import run_arm_live
from simulator.live.sandbox import SandboxError
from simulator.live.translating import NotHereError
from simulator.scenario.model import Params, Scenario
from simulator.trace import COMPLETED, Run


@dataclass(frozen=True, slots=True)
class Comparison:
    """One claim in one variant: what the model says, what this kernel shows."""

    scenario: str
    claim: str
    model: bool
    live: bool | None
    """None where this kernel cannot tell."""
    reason: str
    """Why it cannot tell."""

    @property
    def agrees(self) -> bool:
        """True unless this kernel shows something else."""
        return self.live is None or self.live == self.model


@dataclass(frozen=True, slots=True)
class LiveRuns:
    """The arms of one variant that this kernel could carry out, and why not others."""

    runs: Mapping[str, Run]
    reasons: Mapping[str, str]


def run_live(scenario: Scenario, params: Params, report: Report) -> LiveRuns:
    """Carry out every arm of a variant that this kernel can."""
    runs: dict[str, Run] = {}
    reasons: dict[str, str] = {}
    for arm in scenario.arms:
        try:
            run = run_arm_live(scenario, arm, params, report)
        except (NotHereError, SandboxError) as error:
            reasons[arm] = str(error)
            continue
        if run.verdict == COMPLETED:
            runs[arm] = run
        else:
            reasons[arm] = "it did not end in time"
    return LiveRuns(runs, reasons)


def compared(
    scenario: Scenario, params: Params, report: Report
) -> Iterator[Comparison]:
    """Go through the claims of a variant, judged by the model and by this kernel."""
    model = evaluate(scenario, params).claims
    live = run_live(scenario, params, report)
    for name in scenario.claims:
        holds, reason = judged(scenario, name, live, params)
        yield Comparison(scenario.key, name, model[name].holds, holds, reason)


def judged(
    scenario: Scenario, claim: str, live: LiveRuns, params: Params
) -> tuple[bool | None, str]:
    """Judge a claim over live runs; None, and why, where they do not tell."""
    expression = compiled(scenario.claims[claim].expression)
    arms = expression.arms or set(scenario.arms)
    if any("events" in path[1:2] for path in expression.reads):
        return None, "it reads events, and a kernel tells nobody of all of them"
    for arm in sorted(arms):
        if arm not in live.runs:
            return None, f"{arm}: {live.reasons[arm]}"
    seen = {arm: _visible(live.runs[arm]) for arm in arms}
    try:
        return expression.truth({"runs": seen, "params": dict(params)}), ""
    except ExpressionError as error:
        return None, f"not seen here: {error}"


def summary(rows: list[Comparison], report: Report) -> dict[str, Any]:
    """Return rows and their counts as a JSON object, with the facts of the machine."""
    told = [row for row in rows if row.live is not None]
    return {
        "kernel": report.kernel,
        "virtualization": report.virtualization,
        "judged": len(told),
        "agree": sum(row.agrees for row in told),
        "claims": [asdict(row) for row in rows],
    }


def _visible(run: Run) -> dict[str, Any]:
    return {
        "events": [event.to_json() for event in run.events],
        "observation": run.observation,
        "metrics": run.metrics,
    }
