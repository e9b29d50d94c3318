"""Executing one arm of a scenario on this machine's own kernel."""

from typing import Any

from simulator.live.capabilities import Report
from simulator.live.recording import Recorder
from simulator.live.sandbox import carry_out
from simulator.live.translating import NotHereError, translated
from simulator.scenario.model import Params, Scenario
from simulator.trace import BUDGET_EXCEEDED, COMPLETED, Run


def run_arm_live(
    scenario: Scenario, arm: str, params: Params, report: Report, *, seconds: float = 20
) -> Run:
    """Execute one arm on this kernel and return what happened, in the model's words.

    Times are real microseconds; runs do not repeat to the byte. Raises NotHereError
    with the reason when this kernel, or a sandbox on it, cannot carry the arm out,
    SandboxError when the sandbox fails.
    """
    translation = translated(scenario, arm, params, report)
    capability = report.of("containers" if translation.engine else "exec")
    if not capability.available:
        raise NotHereError(capability.reason)
    told = carry_out(translation.steps, seconds=seconds)
    recorder = Recorder(translation, iter(told.facts))
    recorder.go_through()
    return Run(
        scenario_digest=scenario.digest,
        simulator_version=f"linux {report.kernel}",
        arm=arm,
        params=params,
        seed=0,
        events=tuple(recorder.events),
        observation=_observation(recorder),
        metrics=_metrics(recorder),
        budget_used={"virtual_us": recorder.at, "events": len(recorder.events)},
        verdict=COMPLETED if told.in_time else BUDGET_EXCEEDED,
    )


def _observation(recorder: Recorder) -> dict[str, Any]:
    """Return what claims may read of a live run; what nobody saw is left out."""
    living = list(recorder.processes.values())
    return {
        "programs": {
            name: {
                **attempt,
                "running": sum(seen.program == name for seen in living),
                "served": sum(seen.served for seen in living if seen.program == name),
            }
            for name, attempt in recorder.attempts.items()
        },
        "software": {
            recorder.translation.engine: {
                "state": "running",
                "stands_on": "linux",
                "systems_below": 1,
                "hypervisors_below": 0,
            }
        }
        if recorder.translation.engine
        else {},
        "views": recorder.views,
    }


def _metrics(recorder: Recorder) -> dict[str, Any]:
    """Return what a live run can count; boot ids tell how many kernels there are."""
    kernels = {view.get("boot_id") for view in recorder.views.values()}
    return {
        "kernels": len(kernels),
        "processes": len(recorder.processes),
        "served": sum(seen.served for seen in recorder.processes.values()),
        "duration_us": recorder.at,
    }
