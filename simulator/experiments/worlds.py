"""The worlds of the experiments: one server, one of each part, and what is done."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from simulator.engine import Budget
from simulator.errors import SimulatorError
from simulator.events import Event
from simulator.mechanisms import version_suffix
from simulator.running import run_arm
from simulator.scenario.parser import load_scenario
from simulator.trace import COMPLETED, Run

Step = Mapping[str, Any]
Parts = Mapping[str, Mapping[str, Any]]
"""Sections of a world; per name of a part its fields."""

SERVER: dict[str, dict[str, Any]] = {
    "machines": {"server": {"cores": 8, "ram_mib": 262_144}},
    "systems": {"linux": {"family": "linux", "version": "6.1"}},
    "hypervisors": {
        "type_1": {"kind": "type-1", "ram_mib": 300},
        "type_2": {"kind": "type-2", "ram_mib": 20},
        "emulator": {"kind": "emulator", "ram_mib": 20},
    },
    "engines": {"engine": {"ram_mib": 60}},
    "programs": {
        "app": {"path": "/srv/app", "format": "elf", "ram_mib": 0, "cpu_us": 1000}
    },
    "images": {"image": {"size_mib": 100, "programs": ["app"], "libraries": ["glibc"]}},
}

BOOT: tuple[Step, ...] = (
    {"install": {"what": "linux", "on": "server"}},
    {"power_on": {"machine": "server"}},
)
NATIVE: tuple[Step, ...] = (
    *BOOT,
    {"install": {"what": "app", "on": "server"}},
    {"exec": {"program": "app", "on": "server"}},
)
ENGINE: tuple[Step, ...] = (*BOOT, {"install": {"what": "engine", "on": "server"}})
TYPE_1: tuple[Step, ...] = (
    {"install": {"what": "type_1", "on": "server"}},
    {"power_on": {"machine": "server"}},
)
TYPE_2: tuple[Step, ...] = (*BOOT, {"install": {"what": "type_2", "on": "server"}})
EMULATOR: tuple[Step, ...] = (*BOOT, {"install": {"what": "emulator", "on": "server"}})

BUDGET = Budget(events=1_000_000, cpu_ms=100_000)
"""A thousand machines boot in one of them; a slow computer is let finish."""


def boxes(count: int = 1, **more: Any) -> Step:
    """The step that starts ``count`` containers with the application."""
    arguments = {"name": "box", "on": "server", "image": "image", "run": "app"}
    return {"start_container": {**arguments, "count": count, **more}}


def guests(count: int = 1, **more: Any) -> Step:
    """The step that starts ``count`` virtual machines with the application."""
    arguments = {"name": "guest", "on": "server", "system": "linux", "ram_mib": 2048}
    runs = {"programs": ["app"], "run": "app"}
    return {"start_vm": {**arguments, "count": count, **runs, **more}}


def requests(count: int = 100) -> Step:
    """The step that sends requests to every running application."""
    return {"load": {"program": "app", "requests": count}}


def carried_out(plan: Sequence[Step], parts: Parts | None = None) -> Run:
    """Return the run of a plan; ``parts`` adds to the server's world or changes it."""
    world = {section: dict(entries) for section, entries in SERVER.items()}
    for section, entries in (parts or {}).items():
        below = world.setdefault(section, {})
        for name, fields in entries.items():
            below[name] = {**below.get(name, {}), **fields}
    return _run(json.dumps([world, list(plan)], sort_keys=True), version_suffix())


@lru_cache(maxsize=256)
def _run(written: str, _suffix: str) -> Run:
    """Run what is written, once for each state of the simulator itself."""
    world, plan = json.loads(written)
    started = {"label": "never run: names the groups", "plan": [guests(), boxes()]}
    document = {
        "key": "experiment",
        "title": "An experiment",
        "world": world,
        "arms": {"arm": {"label": "What is done", "plan": plan}, "names": started},
        "claims": {"none": {"text": "nothing", "expression": "true"}},
    }
    run = run_arm(load_scenario(json.dumps(document)), "arm", {}, budget=BUDGET)
    if run.verdict != COMPLETED:
        raise SimulatorError(f"the experiment did not end: {run.events[-1]}")
    return run


def of(run: Run, action: str, **wanted: Any) -> list[Event]:
    """Return the events of an action, those with the wanted details."""
    return [
        event
        for event in run.events
        if event.action == action
        and all(event.detail.get(key) == value for key, value in wanted.items())
    ]


def span(first: Event, last: Event) -> int:
    """Return the virtual microseconds between two events."""
    return last.time - first.time


def origin(run: Run, event: Event, action: str) -> Event:
    """Follow an event's causes back to the nearest one with that action."""
    while event.action != action and event.cause is not None:
        event = run.events[event.cause]
    return event


def ram_kib(run: Run) -> int:
    """Return the RAM in use on the server at the end."""
    used: int = run.metrics["ram_kib"]["server"]
    return used


def request_ns(run: Run) -> int:
    """Return the mean time of a request to the application."""
    mean: int = run.metrics["request_ns"]["app"]
    return mean
