"""A variant on this worker's own kernel, beside the model: the door to simulator.live.

What comes in is a scenario's text and parameters; simulator.live translates them to
fixed steps, and nothing of them reaches a path, a shell or an executable.
"""

import json
import time
import zlib
from collections.abc import Mapping
from typing import Any

import simulator
from quizzes.enums import LiveQueue
from quizzes.execution.in_process import scenario_of
from quizzes.execution.ports import Execution, ObservedVariant, Runner
from simulator.live.capabilities import Report, report
from simulator.live.cgroups import places, remove_leftovers
from simulator.live.fidelity import LiveRuns, judged
from simulator.live.running import run_arm_live
from simulator.live.sandbox import SandboxError
from simulator.live.translating import NotHereError

# One arm's part of the time that all arms of a variant have.
ARM_SECONDS = 5.0


def observe(
    execution: Execution, *, model: Runner, seconds: float, here: Report | None = None
) -> ObservedVariant:
    """Carry a variant out on this kernel and judge its claims by both.

    At most ``seconds`` of wall time for all arms; those that would start later are
    left out, with that as their reason. Raises what ``model`` raises.
    """
    here = here or report()
    scenario = scenario_of(execution.source)
    params: dict[str, Any] = dict(execution.params)
    live = _runs(scenario, params, here, time.monotonic() + seconds)
    truths = model.execute(execution).truths
    claims = {}
    for name in scenario.claims:
        holds, reason = judged(scenario, name, live, params)
        claims[name] = {"model": truths[name], "live": holds, "reason": reason}
    runs = {arm: run.to_json() for arm, run in live.runs.items()}
    text = json.dumps({"runs": runs, "reasons": dict(live.reasons)})
    return ObservedVariant(here.kernel, claims, zlib.compress(text.encode()))


def capabilities() -> dict[str, Any]:
    """What this machine lets live probes do, as JSON; asked once per process."""
    return report().to_json()


def allowed_queues(here: Report | None = None) -> list[LiveQueue]:
    """The queues whose capability this machine has."""
    here = here or report()
    found = {entry.name for entry in here.capabilities if entry.available}
    return [queue for queue in LiveQueue if queue.capability in found]


def clean_up() -> int:
    """Remove the control groups of workers that were killed; how many there were.

    All else of a sandbox ends with its worker by itself.
    """
    return remove_leftovers(places())


def _runs(
    scenario: simulator.Scenario, params: Mapping[str, Any], here: Report, end: float
) -> LiveRuns:
    runs: dict[str, simulator.Run] = {}
    reasons: dict[str, str] = {}
    for arm in scenario.arms:
        left = min(end - time.monotonic(), ARM_SECONDS)
        if left <= 0:
            reasons[arm] = "the time for this observation was over"
            continue
        try:
            run = run_arm_live(scenario, arm, params, here, seconds=left)
        except (NotHereError, SandboxError) as error:
            reasons[arm] = str(error)
            continue
        except OSError as error:  # its text would name files of this machine
            reasons[arm] = error.strerror or type(error).__name__
            continue
        if run.verdict == "completed":
            runs[arm] = run
        else:
            reasons[arm] = f"it did not end within {left:.0f} s"
    return LiveRuns(runs, reasons)
