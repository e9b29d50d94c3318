"""Executing one arm of a scenario on this machine's own kernel."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simulator.live.capabilities import Report
from simulator.live.cgroups import Group, make_group, places
from simulator.live.recording import KERNEL, NOBODY, Recorder
from simulator.live.sandbox import Fact, carry_out
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
    with _groups(translation.steps) as descriptors:
        told = carry_out(
            translation.steps,
            seconds=seconds,
            descriptors=descriptors,
            calls=sorted(translation.calls),
        )
    recorder = Recorder(translation, iter(told.facts))
    recorder.go_through()
    if recorder.overdue:
        raise NotHereError("programs went on for longer than a probe waits for them")
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


@contextmanager
def _groups(steps: list[Fact]) -> Iterator[list[int]]:
    """Make a cgroup for each container with limits; kill and remove it in the end.

    The step that looks gets descriptors of what the kernel counts for each.
    """
    groups: list[Group] = []
    descriptors: list[int] = []
    counters = steps[-1].setdefault("counters", {})
    try:
        for step in steps:
            if step.get("limits"):
                group = make_group(places(), f"{step['step']}")
                groups.append(group)
                group.set_limits(step["limits"])
                step["cgroups"] = group.entrances()
                descriptors += step["cgroups"]
                counters[step["name"]] = _opened(group, descriptors)
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for group in groups:
            group.remove()


def _opened(group: Group, descriptors: list[int]) -> dict[str, tuple[int, str]]:
    """Open what the kernel counts for a group; return descriptors by name."""
    found = {}
    for name, (path, word) in group.counters().items():
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        descriptors.append(descriptor)
        found[name] = (descriptor, word)
    return found


def _observation(recorder: Recorder) -> dict[str, Any]:
    """Return what claims may read of a live run; what nobody saw is left out."""
    served = list(recorder.processes.values())
    machine = recorder.views.get(recorder.translation.machine, [NOBODY])[0]
    living = [row for row in machine["processes"] if row["state"] != "zombie"]
    return {
        "programs": {
            name: {
                **attempt,
                "running": sum(row["program"] == name for row in living),
                "served": sum(seen.served for seen in served if seen.program == name),
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
        "cgroups": {KERNEL: recorder.counts},
    }


def _metrics(recorder: Recorder) -> dict[str, Any]:
    """Return what a live run can count; boot ids tell how many kernels there are."""
    views = [view for group in recorder.views.values() for view in group]
    return {
        "kernels": len({view["boot_id"] for view in views if "boot_id" in view}),
        "processes": len(recorder.processes),
        "served": sum(seen.served for seen in recorder.processes.values()),
        "duration_us": recorder.at,
    }
