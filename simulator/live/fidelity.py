"""The model against this machine's kernel: every claim that both can judge."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from simulator.evaluation import evaluate
from simulator.events import ASKED, FAILED, OK
from simulator.expressions import ExpressionError, compiled
from simulator.live.capabilities import Report
from simulator.live.running import run_arm_live
from simulator.live.sandbox import SandboxError
from simulator.live.translating import NotHereError
from simulator.scenario.model import Params, Scenario
from simulator.trace import COMPLETED, Run

TOLD: Mapping[str, tuple[str | None, ...]] = {
    "setuid": (None, OK, FAILED),
    "unshare": (None, OK, FAILED),
    "system_call": (None, OK, FAILED),
    "shmget": (None, OK, FAILED),
    "listen": (None, OK),
    "bind": (FAILED,),
    "connect": (OK, FAILED),
    "signal": (FAILED,),
    "kill": (FAILED,),
    "fork": (FAILED,),
    "execve": (FAILED,),
    "mmap": (FAILED,),
}
"""Events that programs of a probe tell of whenever they happen, by outcome."""
EVENTS = re.compile(r"\bruns\s*(?:\.\s*\w+|\[[^\]]+\])\s*\.\s*events\b")
_LOOP = re.compile(
    r"\bruns\.\w+\.events\.(?:exists|filter)\(\s*(?P<name>\w+),"
    r"\s*(?P=name)\.action\s*==\s*(['\"])(?P<action>\w+)\2"
    r"(?:\s*&&\s*(?P=name)\.outcome\s*==\s*(['\"])(?P<outcome>\w+)\4)?"
)
_ENDS = {"exec": "execve", "start_container": "execve", "load": "serve"}
"""The event that ends each deed that takes time by itself."""


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
class Duration:
    """How long one deed of an operator took in the model, and here."""

    verb: str
    model_us: int
    live_us: int


@dataclass(frozen=True, slots=True)
class Examination:
    """All that one variant of a scenario says of model and kernel."""

    comparisons: tuple[Comparison, ...]
    durations: tuple[Duration, ...]


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


def examine(scenario: Scenario, params: Params, report: Report) -> Examination:
    """Judge the claims of a variant by the model and by this kernel; time the deeds."""
    model = evaluate(scenario, params)
    live = run_live(scenario, params, report)
    rows = []
    for name in scenario.claims:
        holds, reason = judged(scenario, name, live, params)
        truth = model.claims[name].holds
        rows.append(Comparison(scenario.key, name, truth, holds, reason))
    timed = [
        duration
        for arm, run in live.runs.items()
        for duration in _durations(model.runs[arm], run)
    ]
    return Examination(tuple(rows), tuple(timed))


def compared(
    scenario: Scenario, params: Params, report: Report
) -> Iterator[Comparison]:
    """Go through the claims of a variant, judged by the model and by this kernel."""
    yield from examine(scenario, params, report).comparisons


def _durations(model: Run, live: Run) -> Iterator[Duration]:
    """Go through the deeds of an arm, which both carried out in the same order."""
    for (verb, model_us), (_, live_us) in zip(_timed(model), _timed(live), strict=True):
        if model_us and live_us:
            yield Duration(verb, model_us, live_us)


def _timed(run: Run) -> list[tuple[str, int | None]]:
    """Return each deed and how long it took until what it is for happened."""
    found: list[tuple[str, int | None]] = []
    began = 0
    for event in run.events:
        if event.outcome == ASKED and event.actor == "operator":
            found.append((event.action, None))
            began = event.time
        elif found and found[-1][1] is None:
            verb = found[-1][0]
            if event.action == _ENDS.get(verb) and event.outcome != FAILED:
                found[-1] = (verb, event.time - began)
    return found


def ratios(durations: Iterable[Duration]) -> list[dict[str, Any]]:
    """Return per verb the medians of both and their ratio."""
    by_verb: dict[str, list[Duration]] = {}
    for entry in durations:
        by_verb.setdefault(entry.verb, []).append(entry)
    rows = []
    for verb, entries in sorted(by_verb.items()):
        model = int(median(entry.model_us for entry in entries))
        live = int(median(entry.live_us for entry in entries))
        rows.append(
            {
                "verb": verb,
                "count": len(entries),
                "model_us": model,
                "live_us": live,
                "ratio": round(live / model, 3),
            }
        )
    return rows


def judged(
    scenario: Scenario, claim: str, live: LiveRuns, params: Params
) -> tuple[bool | None, str]:
    """Judge a claim over live runs; None, and why, where they do not tell."""
    expression = compiled(scenario.claims[claim].expression)
    arms = expression.arms or set(scenario.arms)
    if not _reads_what_is_told(expression.source):
        return None, "it reads events, and a kernel tells nobody of all of them"
    for arm in sorted(arms):
        if arm not in live.runs:
            return None, f"{arm}: {live.reasons[arm]}"
    seen = {arm: _visible(live.runs[arm]) for arm in arms}
    try:
        return expression.truth({"runs": seen, "params": dict(params)}), ""
    except ExpressionError as error:
        return None, f"not seen here: {error}"


def _reads_what_is_told(source: str) -> bool:
    """Return whether all events that an expression reads are such as programs tell.

    Each loop over events has to begin with the action, and then the outcome.
    """
    loops = [(found["action"], found["outcome"]) for found in _LOOP.finditer(source)]
    if len(loops) != len(EVENTS.findall(source)):
        return False
    return all(outcome in TOLD.get(action, ()) for action, outcome in loops)


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
