"""The model against the kernels of guests: claims that both can judge."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from simulator.evaluation import evaluate
from simulator.expressions import ExpressionError, compiled
from simulator.live.capabilities import Report, report
from simulator.live.fidelity import (
    EVENTS,
    Comparison,
    Examination,
    LiveRuns,
)
from simulator.live.guest_linux.recording import ACTIONS, READABLE
from simulator.live.guest_linux.running import Boot, prepared, run_arm_in_guests
from simulator.live.host import host_facts
from simulator.live.qemu.kernel import GuestDeadError
from simulator.live.qemu.machine import Tools, booted, tools
from simulator.live.translating import NotHereError
from simulator.scenario.model import Params, Scenario
from simulator.trace import Run

KERNELS = frozenset({"start_vm", "crash", "kernel_bug"})
"""Actions that need a kernel which may end, or one more of them."""
VARIANTS = 8
GUEST_SECONDS = 120.0
"""How long one arm's guests may live, with their boot."""
_ACTION = re.compile(r"""\baction\s*(?:==|!=|in\b)\s*(?:["'](\w+)["'])?""")
_READ = re.compile(r"\b(?:observation|metrics)\s*\.\s*(\w+)")
_TIME = re.compile(r"\.\s*(?:time|duration_us)\b")


def booting(wanted: Tools) -> Boot:
    """Return what boots guests of this kernel, each under a clock of its own."""
    return partial(booted, wanted, seconds=GUEST_SECONDS)


def guest_report() -> Report:
    """Return what this machine says of itself, with the release of guests' kernels.

    Raises FileNotFoundError with the reason where there can be no guests.
    """
    return replace(report(), kernel=tools().release)


def guest_facts(found: Report) -> dict[str, str]:
    """Return what tells guests of this machine from others, in words."""
    own = {"virtualization": "a guest of QEMU, emulated (TCG)", "cgroups": "v2"}
    return {**host_facts(found), **own, "processors": "1"}


def examine_in_guests(
    scenarios: Iterable[Scenario],
    found: Report,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Examination:
    """Judge one variant of each scenario by the model and by guests.

    Nothing is timed: what a guest takes is what its emulation takes. ``say`` hears of
    each scenario before it is gone through. Raises FileNotFoundError as above.
    """
    boot = booting(tools())
    rows: list[Comparison] = []
    for scenario in scenarios:
        say(scenario.key)
        params = fitting_variant(scenario)
        rows += compared_in_guests(scenario, params, boot, release=found.kernel)
    return Examination(tuple(rows), ())


def fitting_variant(scenario: Scenario) -> Params:
    """Return the first variant, of some, of which guests can carry out most arms."""
    seeds = range(min(VARIANTS, scenario.space_size))
    variants = [scenario.variant(seed) for seed in seeds]
    return max(variants, key=lambda params: len(_possible(scenario, params)))


def _possible(scenario: Scenario, params: Params) -> set[str]:
    """Return the arms that guests can carry out."""
    found = set()
    for arm in scenario.arms:
        with suppress(NotHereError):
            prepared(scenario, arm, params)
            found.add(arm)
    return found


def claims_for_guests(scenario: Scenario, params: Params) -> dict[str, frozenset[str]]:
    """Return the arms of each claim that is for guests.

    They can carry out all of its arms, and tell what it reads; one of its arms needs a
    kernel that is not this machine's own.
    """
    own = {arm for arm in scenario.arms if _verbs(scenario, arm) & KERNELS}
    arms = {name: _arms(scenario, name) for name in scenario.claims}
    wanted = {
        name: arms[name]
        for name in arms
        if arms[name] & own and not _untold(scenario, name)
    }
    possible = _possible(scenario, params) if wanted else set()
    return {name: wanted[name] for name in wanted if wanted[name] <= possible}


def run_in_guests(
    scenario: Scenario, params: Params, boot: Boot, *, release: str
) -> LiveRuns:
    """Carry out every arm of a variant that guests can, one arm after the other."""
    outcomes = {
        arm: _outcome(scenario, arm, params, boot, release) for arm in scenario.arms
    }
    runs = {arm: run for arm, run in outcomes.items() if isinstance(run, Run)}
    reasons = {arm: why for arm, why in outcomes.items() if isinstance(why, str)}
    return LiveRuns(runs, reasons)


def _outcome(
    scenario: Scenario, arm: str, params: Params, boot: Boot, release: str
) -> Run | str:
    try:
        return run_arm_in_guests(scenario, arm, params, boot, release=release)
    except (NotHereError, GuestDeadError, OSError) as error:
        return str(error)


def compared_in_guests(
    scenario: Scenario, params: Params, boot: Boot, *, release: str
) -> Iterator[Comparison]:
    """Go through the claims of a variant, judged by the model and by guests."""
    model = evaluate(scenario, params).claims
    live = run_in_guests(scenario, params, boot, release=release)
    for name in scenario.claims:
        holds, reason = judged_in_guests(scenario, name, live, params)
        yield Comparison(scenario.key, name, model[name].holds, holds, reason)


def judged_in_guests(
    scenario: Scenario, claim: str, live: LiveRuns, params: Params
) -> tuple[bool | None, str]:
    """Judge a claim over guests' runs; None, and why, where they do not tell."""
    untold = _untold(scenario, claim)
    if untold:
        return None, untold
    expression = compiled(scenario.claims[claim].expression)
    arms = _arms(scenario, claim)
    for arm in sorted(arms):
        if arm not in live.runs:
            return None, f"{arm}: {live.reasons[arm]}"
    seen = {arm: _visible(live, arm) for arm in arms}
    try:
        return expression.truth({"runs": seen, "params": dict(params)}), ""
    except ExpressionError as error:
        return None, f"not seen here: {error}"


def _untold(scenario: Scenario, claim: str) -> str:
    """Return why guests do not tell what a claim reads; empty if they do."""
    source = compiled(scenario.claims[claim].expression).source
    actions = _ACTION.findall(source)
    if len(actions) < len(EVENTS.findall(source)) or "" in actions:
        return "it reads events, and nobody sees all of a guest"
    unseen = sorted({*actions, *_READ.findall(source)} - ACTIONS - READABLE)
    if unseen:
        return f"nobody sees {', '.join(unseen)} of a guest"
    verbs = [_verbs(scenario, arm) for arm in _arms(scenario, claim)]
    if _TIME.search(source) and any("start_vm" in found for found in verbs):
        return "nobody times how a guest boots, whose processor is emulated"
    return ""


def _verbs(scenario: Scenario, arm: str) -> set[str]:
    return {verb for verb, _ in scenario.arm(arm).plan}


def _arms(scenario: Scenario, claim: str) -> frozenset[str]:
    expression = compiled(scenario.claims[claim].expression)
    return frozenset(expression.arms or scenario.arms)


def _visible(live: LiveRuns, arm: str) -> dict[str, object]:
    run = live.runs[arm]
    events = [event.to_json() for event in run.events]
    return {"events": events, "observation": run.observation, "metrics": run.metrics}
