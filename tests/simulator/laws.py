"""What holds in every run, whatever the world, the programs and the plan."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from simulator import Budget, Run, Scenario, run_arm, running
from simulator.world import World

POWERLESS = (
    "Power down",
    "Restarting system",
    "power lost: memory is gone, the disk is not",
)
"""What a machine says when all that ran on it is gone."""


def broken(scenario: Scenario, budget: Budget) -> Iterator[str]:
    """Run the arms of the first variant and go through the laws that they break."""
    params = scenario.variant(0)
    for arm in scenario.arms:
        run, world = run_and_world(scenario, arm, budget)
        yield from laws(run, world)
        again = run_arm(scenario, arm, params, budget=budget)
        in_time = "cpu_ms" not in f"{run.events[-1:]}{again.events[-1:]}"
        if in_time and again.trace_hash != run.trace_hash:
            yield "the same run has another hash"


def run_and_world(scenario: Scenario, arm: str, budget: Budget) -> tuple[Run, World]:
    """Run an arm, and keep the world that it leaves."""
    worlds: list[World] = []
    with pytest.MonkeyPatch.context() as patch:
        observe = running.observe

        def observed(world: World) -> dict[str, Any]:
            worlds.append(world)
            return observe(world)

        patch.setattr(running, "observe", observed)
        run = run_arm(scenario, arm, scenario.variant(0), budget=budget)
    return run, worlds[0]


def laws(run: Run, world: World) -> Iterator[str]:
    yield from _order(run)
    yield from _causes(run)
    yield from _reports(run)
    for machine in run.observation["machines"].values():
        yield from _memory(machine)
    yield from _processor_time(run, world)
    yield from _processes(world)
    yield from _nothing_after_the_end(run, world)


def _order(run: Run) -> Iterator[str]:
    if [event.seq for event in run.events] != list(range(len(run.events))):
        yield "events are not numbered in order"
    for first, second in pairwise(run.events):
        if first.time > second.time:
            yield f"time goes back: {first} / {second}"


def _causes(run: Run) -> Iterator[str]:
    for event in run.events:
        if event.cause is not None and not 0 <= event.cause < event.seq:
            yield f"the cause is not before its effect: {event}"
        if event.cause is None and event.actor not in {"operator", "engine"}:
            yield f"nothing caused it: {event}"
        if event.outcome not in {"asked", "ok", "failed"}:
            yield f"no outcome: {event}"


def _reports(run: Run) -> Iterator[str]:
    for event in run.events:
        detail = event.detail
        if event.outcome == "failed" and not detail.get("log"):
            yield f"a failure without a log line: {event}"
        if ("errno" in detail) != ("errno_name" in detail):
            yield f"half an errno: {event}"


def _memory(node: dict[str, Any]) -> Iterator[str]:
    """RAM adds up at every level that owns some."""
    if not 0 <= node["used_kib"] <= node["ram_kib"]:
        yield f"{node['name']} uses {node['used_kib']} KiB of {node['ram_kib']}"
    if sum(node["charges"].values()) != node["used_kib"]:
        yield f"the charges of {node['name']} do not add up to {node['used_kib']} KiB"
    if any(kib < 0 for kib in node["charges"].values()):
        yield f"a charge of {node['name']} is negative"
    for inner in _machines(node):
        yield from _memory(inner)


def _machines(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in node["children"]:
        if "ram_kib" in child and "charges" in child:
            yield child
        else:
            yield from _machines(child)


def _processor_time(run: Run, world: World) -> Iterator[str]:
    """No machine gives out more processor time than its cores had."""
    for name, machine in world.machines.items():
        used, most = machine.cores.busy_us, machine.cores.count * world.engine.now
        if not 0 <= used <= most + machine.cores.count:
            yield f"{name} used {used} us of {most}"
        if used != run.metrics["cpu_us"][name]:
            yield f"the metric of {name} is not its time"


def _processes(world: World) -> Iterator[str]:
    """A number belongs to one process per namespace; the dead run nothing."""
    for kernel in world.kernels:
        living = [process for process in kernel.processes if process.alive]
        if kernel.state in {"off", "dead"} and living:
            yield f"{len(living)} processes run on the {kernel.state} {kernel.name}"
        numbers = Counter(
            (id(namespace), pid)
            for process in living
            for namespace, pid in process.pids
        )
        for (_, pid), count in numbers.items():
            if count > 1:
                yield f"{count} processes of {kernel.name} have the number {pid}"


def _nothing_after_the_end(run: Run, world: World) -> Iterator[str]:
    """A kernel that panicked or lost its power does nothing; each boot has its own."""
    kernels: dict[str, set[str]] = {name: set() for name in world.machines}
    homes = {kernel.name: kernel.platform.name for kernel in world.kernels}
    dead: dict[str, Any] = {}
    for event in run.events:
        if event.actor in dead and event.outcome == "ok":
            yield f"{dead[event.actor]}, and then {event}"
        if homes.get(event.actor) in kernels:
            kernels[homes[event.actor]].add(event.actor)
        log = str(event.detail.get("log", ""))
        if log.startswith("Kernel panic"):
            dead[event.actor] = event
        if event.action == "power_off" and log in POWERLESS:
            dead.update(dict.fromkeys(kernels.get(event.actor, ()), event))
