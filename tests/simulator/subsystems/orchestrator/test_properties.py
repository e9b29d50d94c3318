"""What holds for an orchestrator whatever it is told and whatever befalls its nodes."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Run
from tests.simulator.subsystems.orchestrator.clusters import (
    NODES,
    cluster,
    cut,
    delete,
    deploy,
    kill,
    pod,
    request,
    scale,
    seen,
    start,
    update,
    wait,
)
from tests.simulator.worlds import Step, events, install, power_on

SETTLED = 700
"""Seconds after which every lease and every back-off of these plans is over."""
STEPS: list[Step] = [
    deploy("web"),
    deploy("probed"),
    deploy("crash"),
    pod(),
    scale(1),
    scale(4),
    scale(0),
    scale(2, "probed"),
    update("next", "web", "fixed"),
    update("crashing"),
    update("hanging", "probed"),
    update("good"),
    kill("web"),
    delete("web"),
    delete("bare"),
    kill("probed"),
    install("fixed", "web"),
    cut("server"),
    cut("second"),
    power_on("server"),
    power_on("second"),
    request("web", 3),
    request("probed", 4),
    wait(1),
    wait(7),
    wait(45),
    wait(120),
]
NAMES = {
    "label": "never run: its plan names the groups",
    "plan": [deploy("web"), deploy("probed"), deploy("crash"), pod()],
}
MECHANISMS: dict[str, tuple[str, ...]] = {
    "orchestrator.scheduling": ("spread", "pack"),
    "orchestrator.rollout": ("rolling", "recreate"),
    "orchestrator.replacement": ("clone", "repair"),
    "orchestrator.backoff": ("doubling", "constant"),
    "orchestrator.endpoints": ("ready", "running"),
}
plans = st.lists(st.sampled_from(STEPS), min_size=1, max_size=10)
choices = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in MECHANISMS.items()}
)


def told(plan: list[Step], mechanisms: dict[str, str], *, settle: bool = True) -> Run:
    """A cluster that is told these things, one after the other."""
    last = [wait(SETTLED)] if settle else []
    steps = [*start(), deploy("web"), *plan, *last]
    arms = {"a": {"label": "a", "plan": steps}, "names": NAMES}
    return cluster(arms=arms, mechanisms=mechanisms)


FEW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def powered(plan: list[Step]) -> set[str]:
    """The nodes that have power when a plan is done."""
    on = set(NODES)
    for step in plan:
        ((verb, arguments),) = step.items()
        if verb == "cut_power":
            on.discard(arguments["machine"])
        elif verb == "power_on":
            on.add(arguments["machine"])
    return on


@FEW
@given(plans, choices)
def test_whatever_is_told_the_laws_hold(
    plan: list[Step], mechanisms: dict[str, str]
) -> None:
    done = told(plan, mechanisms)
    assert done.verdict == "completed"
    on = powered(plan)
    _in_order_and_with_causes(done)
    _no_more_than_is_wanted(done)
    _a_process_for_each_pod(done, on)
    _nodes_are_as_their_power(done, on)
    _each_pod_is_made_placed_and_deleted_once(done)
    _memory_adds_up(done)


def _in_order_and_with_causes(done: Run) -> None:
    assert [event.seq for event in done.events] == list(range(len(done.events)))
    assert all(first.time <= second.time for first, second in pairwise(done.events))
    for event in done.events:
        assert event.cause is None or event.cause < event.seq
        assert (event.cause is None) == (event.actor == "operator")
        assert event.outcome != "failed" or event.detail["log"]


def _no_more_than_is_wanted(done: Run) -> None:
    for state in seen(done)["deployments"].values():
        assert state["pods"] >= state["ready"] >= state["updated_ready"] >= 0
        assert state["pods"] >= state["updated"]
        if state["updated_ready"] == state["updated"] == state["replicas"]:
            assert state["pods"] == state["replicas"]
        assert state["pods"] <= state["replicas"] + 1


def _a_process_for_each_pod(done: Run, on: set[str]) -> None:
    pods = seen(done)["pods"].values()
    running = sum(p["state"] == "running" and p["node"] in on for p in pods)
    programs = done.observation["programs"]
    assert running == sum(entry["running"] for entry in programs.values())
    assert all(p["state"] == "running" for p in pods if p["ready"])


def _nodes_are_as_their_power(done: Run, on: set[str]) -> None:
    assert seen(done)["nodes"] == {
        name: "ready" if name in on else "not ready" for name in NODES
    }
    assert all(entry["node"] in {*on, ""} for entry in seen(done)["pods"].values())


def _each_pod_is_made_placed_and_deleted_once(done: Run) -> None:
    made = Counter(e.detail["target"] for e in events(done, "create_pod"))
    gone = Counter(e.detail["target"] for e in events(done, "delete_pod", outcome="ok"))
    placed = Counter(e.detail["target"] for e in events(done, "schedule", outcome="ok"))
    for counter in (made, gone, placed):
        del counter["bare"]
        assert max(counter.values(), default=1) == 1
    assert not gone.keys() - made.keys()
    assert not placed.keys() - made.keys()
    there = {name for name in seen(done)["pods"] if name != "bare"}
    assert there == made.keys() - gone.keys()


def _memory_adds_up(done: Run) -> None:
    for name in NODES:
        node = done.observation["machines"][name]
        assert sum(node["charges"].values()) == node["used_kib"] <= node["ram_kib"]


@FEW
@given(plans, choices)
def test_every_request_is_answered_or_has_failed(
    plan: list[Step], mechanisms: dict[str, str]
) -> None:
    done = told(plan, mechanisms, settle=False)
    deployed = {"web"}
    asked: Counter[str] = Counter()
    for step in plan:
        ((verb, arguments),) = step.items()
        if verb == "deploy":
            deployed.add(arguments["name"])
        if verb == "request" and arguments["name"] in deployed:
            asked[arguments["name"]] += arguments["count"]
    for name, state in seen(done)["deployments"].items():
        assert state["answered"] + state["failed"] == asked[name]


@FEW
@given(plans, st.integers(0, 3))
def test_every_run_repeats(plan: list[Step], seed: int) -> None:
    steps = [*start(), deploy("web"), *plan]
    arms = {"a": {"label": "a", "plan": steps}, "names": NAMES}
    first, second = (cluster(arms=arms, seed=seed) for _ in range(2))
    assert first.trace_hash == second.trace_hash


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_each_mechanism_leaves_a_calm_cluster_alone(mechanism: str) -> None:
    calm: list[Any] = [
        cluster(deploy("web"), wait(20), mechanisms={mechanism: value}).events
        for value in MECHANISMS[mechanism]
    ]
    first, second = (
        [(e.time, e.actor, e.action, e.outcome) for e in found] for found in calm
    )
    if mechanism == "orchestrator.scheduling":
        assert len(first) == len(second)
    else:
        assert first == second
