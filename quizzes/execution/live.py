"""A variant on real kernels, beside the model: the door to simulator.live.

The kernel is this worker's own, or that of guests which it boots. What comes in is a
scenario's text and parameters; simulator.live translates them to fixed steps, and
nothing of them reaches a path, a shell or an executable.
"""

import json
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import simulator
from quizzes.enums import LiveQueue
from quizzes.execution.in_process import scenario_of
from quizzes.execution.ports import Execution, ObservedVariant, Observer, Runner
from simulator.live.capabilities import Report, report
from simulator.live.cgroups import places, remove_leftovers
from simulator.live.fidelity import LiveRuns, judged
from simulator.live.guest_linux.judging import claims_for_guests, judged_in_guests
from simulator.live.guest_linux.running import run_arm_in_guests
from simulator.live.qemu.kernel import GuestDeadError
from simulator.live.qemu.machine import Tools, booted, tools
from simulator.live.running import run_arm_live
from simulator.live.sandbox import SandboxError
from simulator.live.translating import NotHereError

# Of the time that all arms of a variant have, one may take so much.
ARM_SHARE = 0.5

RunArm = Callable[[str, float], simulator.Run]
"""Carries the arm of this name out within so many seconds."""


def observer_of(queue: LiveQueue) -> Observer:
    """Who observes what a queue brings."""
    return observe_with_guests if queue is LiveQueue.GUESTS else observe


def observe(
    execution: Execution, *, model: Runner, seconds: float, here: Report | None = None
) -> ObservedVariant:
    """Carry a variant out on this kernel and judge its claims by both.

    At most ``seconds`` of wall time for all arms; those that would start later are
    left out, with that as their reason. Raises what ``model`` raises.
    """
    return _observed(execution, model, here or report(), seconds, guests=None)


def observe_with_guests(
    execution: Execution, *, model: Runner, seconds: float, here: Report | None = None
) -> ObservedVariant:
    """Do as ``observe`` does, then try in guests what this kernel could not tell.

    All arms of a claim run on guests then, so that no claim compares a guest with
    this machine; such a claim has the ``kernel`` of its guests. Raises
    FileNotFoundError where there can be no guests.
    """
    return _observed(execution, model, here or report(), seconds, guests=tools())


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


@dataclass(frozen=True, slots=True)
class _Clock:
    """The time that all arms of a variant have."""

    seconds: float
    _began: float = field(default_factory=time.monotonic)

    def left_for_an_arm(self) -> float:
        """How long the next arm may take; not above 0 when the time is over."""
        left = self._began + self.seconds - time.monotonic()
        return min(left, self.seconds * ARM_SHARE)


def _observed(
    execution: Execution,
    model: Runner,
    here: Report,
    seconds: float,
    guests: Tools | None,
) -> ObservedVariant:
    clock = _Clock(seconds)
    scenario = scenario_of(execution.source)
    params: dict[str, Any] = dict(execution.params)
    live = _on_this_kernel(scenario, params, here, clock)
    truths = model.execute(execution).truths
    claims: dict[str, dict[str, Any]] = {}
    for name in scenario.claims:
        holds, reason = judged(scenario, name, live, params)
        claims[name] = {"model": truths[name], "live": holds, "reason": reason}
    document = _document(live)
    if guests is not None:
        wanted = claims_for_guests(scenario, params)
        untold = {name for name in wanted if claims[name]["live"] is None}
        arms = {arm for name in untold for arm in wanted[name]}
        live = _in_guests(scenario, params, guests, arms, clock)
        for name in untold:
            holds, reason = judged_in_guests(scenario, name, live, params)
            kernel = guests.release
            claims[name] |= {"live": holds, "reason": reason, "kernel": kernel}
        document["guests"] = _document(live)
    text = json.dumps(document)
    return ObservedVariant(here.kernel, claims, zlib.compress(text.encode()))


def _on_this_kernel(
    scenario: simulator.Scenario, params: Mapping[str, Any], here: Report, clock: _Clock
) -> LiveRuns:
    def run_arm(arm: str, seconds: float) -> simulator.Run:
        return run_arm_live(scenario, arm, params, here, seconds=seconds)

    return _runs(scenario.arms, run_arm, clock)


def _in_guests(
    scenario: simulator.Scenario,
    params: Mapping[str, Any],
    guests: Tools,
    arms: Iterable[str],
    clock: _Clock,
) -> LiveRuns:
    def run_arm(arm: str, seconds: float) -> simulator.Run:
        boot = partial(booted, guests, seconds=seconds)
        return run_arm_in_guests(scenario, arm, params, boot, release=guests.release)

    return _runs(sorted(arms), run_arm, clock)


def _runs(arms: Iterable[str], run_arm: RunArm, clock: _Clock) -> LiveRuns:
    runs: dict[str, simulator.Run] = {}
    reasons: dict[str, str] = {}
    for arm in arms:
        left = clock.left_for_an_arm()
        if left <= 0:
            reasons[arm] = "the time for this observation was over"
            continue
        try:
            run = run_arm(arm, left)
        except (NotHereError, SandboxError, GuestDeadError) as error:
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


def _document(live: LiveRuns) -> dict[str, Any]:
    runs = {arm: run.to_json() for arm, run in live.runs.items()}
    return {"runs": runs, "reasons": dict(live.reasons)}
