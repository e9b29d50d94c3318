"""Small scenarios for tests: a world with one of everything, and a plan."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from simulator import (
    Budget,
    Event,
    Problem,
    Run,
    Scenario,
    ScenarioError,
    altered,
    load_scenario,
    run_arm,
)
from simulator.actions.plan import carry_out
from simulator.engine import Engine
from simulator.mechanisms import defaults
from simulator.models import Models
from simulator.world import World
from tests.source_code import ROOT

SCENARIOS = ROOT / "fixtures" / "scenarios"
KEYS = tuple(sorted(path.stem for path in SCENARIOS.glob("*.yaml")))
Step = Mapping[str, Any]
PATIENT = Budget(cpu_ms=100_000)
"""Of processor time more than a run can need: coverage takes most of it."""

WORLD: dict[str, Any] = {
    "machines": {"server": {"cores": 4, "ram_mib": 65536}},
    "systems": {
        "linux": {"family": "linux", "version": "6.1", "services_mib": 200},
        "windows": {"family": "nt", "version": "10.0", "services_mib": 900},
        "mac": {"family": "darwin", "version": "23.0", "services_mib": 500},
    },
    "hypervisors": {
        "bare": {"kind": "type-1", "ram_mib": 300},
        "kvm": {"kind": "type-2", "ram_mib": 20},
        "emulator": {"kind": "emulator", "ram_mib": 60},
    },
    "engines": {"docker": {"ram_mib": 60, "utility": "linux"}},
    "programs": {
        "app": {
            "path": "/srv/app",
            "format": "elf",
            "ram_mib": 100,
            "text_mib": 10,
            "cpu_us": 200,
            "operations": 10,
        },
        "exe": {"path": "/srv/app.exe", "format": "pe", "ram_mib": 40},
        "wine": {
            "path": "/usr/bin/wine",
            "format": "elf",
            "ram_mib": 30,
            "interprets": {"format": "pe", "arch": "x86_64", "api": "win32"},
        },
        "sh": {"path": "/bin/sh", "format": "elf", "ram_mib": 2, "text_mib": 1},
        "script": {
            "path": "/srv/run.sh",
            "format": "script",
            "interpreter": "/bin/sh",
        },
    },
    "images": {
        "app_image": {"size_mib": 200, "programs": ["app"], "libraries": ["glibc"]},
        "exe_image": {
            "size_mib": 300,
            "programs": ["exe"],
            "libraries": ["glibc", "windows-libraries"],
        },
    },
}

BOOT: tuple[Step, ...] = (
    {"install": {"what": "linux", "on": "server"}},
    {"power_on": {"machine": "server"}},
)
ENGINE: tuple[Step, ...] = (*BOOT, {"install": {"what": "docker", "on": "server"}})
KVM: tuple[Step, ...] = (*BOOT, {"install": {"what": "kvm", "on": "server"}})


def install(what: str, on: str = "server") -> Step:
    return {"install": {"what": what, "on": on}}


def power_on(machine: str = "server") -> Step:
    return {"power_on": {"machine": machine}}


def execute(program: str, on: str = "server") -> Step:
    return {"exec": {"program": program, "on": on}}


def load(program: str, requests: int = 100) -> Step:
    return {"load": {"program": program, "requests": requests}}


def box(count: int = 1, name: str = "box", **more: Any) -> Step:
    arguments = {"on": "server", "image": "app_image", "run": "app", **more}
    return {"start_container": {"name": name, "count": count, **arguments}}


def vm(count: int = 1, name: str = "guest", **more: Any) -> Step:
    arguments = {"on": "server", "system": "linux", "ram_mib": 2048, **more}
    return {"start_vm": {"name": name, "count": count, **arguments}}


def app_vm(count: int = 1, **more: Any) -> Step:
    return vm(count, programs=["app"], run="app", **more)


def register(interpreter: str = "wine", **more: Any) -> Step:
    arguments = {"on": "server", "name": "dos", "format": "pe", "arch": "x86_64"}
    return {"register_format": {**arguments, "interpreter": interpreter, **more}}


def mechanism(name: str, value: object) -> Step:
    return {"mechanism": name, "set": value}


def document(
    plan: Sequence[Step] = BOOT,
    *,
    world: Mapping[str, Any] | None = None,
    changes: Sequence[Step] = (),
    **more: Any,
) -> dict[str, Any]:
    """A scenario with one arm `a`, one claim `fine`; `world` is merged in deeply."""
    return {
        "key": "small",
        "title": "A small scenario",
        "world": merged(WORLD, world or {}),
        "arms": {
            "a": {"label": "An arm", "changes": list(changes), "plan": list(plan)}
        },
        "claims": {"fine": {"text": "it is fine", "expression": "true"}},
        **more,
    }


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = deepcopy(dict(below))
    for key, value in above.items():
        inner = result.get(key)
        both = isinstance(inner, dict) and isinstance(value, Mapping)
        result[key] = merged(inner, value) if both else value
    return result


def text_of(spec: Mapping[str, Any]) -> str:
    """YAML without aliases, whatever parts the steps share."""
    plain = json.loads(json.dumps(spec))
    return str(yaml.dump(plain, Dumper=yaml.CSafeDumper, sort_keys=False))


def scenario(*args: Any, **kwargs: Any) -> Scenario:
    return load_scenario(text_of(document(*args, **kwargs)), name="small.yaml")


def run(
    plan: Sequence[Step] = BOOT,
    *,
    seed: int = 0,
    budget: Budget = PATIENT,
    mechanisms: Mapping[str, Any] | None = None,
    **more: Any,
) -> Run:
    found = scenario(plan, **more)
    overlay = dict(mechanisms or {})
    return run_arm(found, "a", {}, seed=seed, budget=budget, mechanisms=overlay)


def live(
    plan: Sequence[Step] = BOOT,
    *,
    mechanisms: Mapping[str, Any] | None = None,
    **more: Any,
) -> World:
    """The world itself after a plan, to look into its parts."""
    found = scenario(plan, **more)
    with altered(dict(mechanisms or {})):
        models = Models(found.world_template.fill({}))
        world = World(models, Engine(0, PATIENT), defaults())
        world.engine.spawn(carry_out(world, found.plan_templates["a"].fill({})))
        world.engine.run()
    return world


def events(run: Run | World, action: str = "", **wanted: Any) -> list[Event]:
    """Events of one action whose actor, outcome or details are as wanted."""
    trace = run.events if isinstance(run, Run) else run.engine.events
    return [
        event
        for event in trace
        if action in {"", event.action}
        and all(
            getattr(event, key, event.detail.get(key)) == value
            for key, value in wanted.items()
        )
    ]


def failures(run: Run | World) -> list[tuple[str, str, str]]:
    """Actor, action, and errno name or log of each event that failed."""
    return [
        (e.actor, e.action, e.detail.get("errno_name") or e.detail["log"])
        for e in events(run, outcome="failed")
    ]


def ram(run: Run) -> int:
    used: int = run.metrics["ram_kib"]["server"]
    return used


def fixture(key: str) -> Scenario:
    return load_scenario(source(key), name=f"{key}.yaml")


def source(key: str) -> str:
    return path_of(key).read_text(encoding="utf-8")


def path_of(key: str) -> Path:
    return SCENARIOS / f"{key}.yaml"


def problems_of(text: str) -> tuple[Problem, ...]:
    """The problems of a text that is no scenario; none when it is one."""
    try:
        load_scenario(text, name="bad.yaml")
    except ScenarioError as error:
        return error.problems
    return ()


def messages(text: str) -> list[tuple[int, int, str, str]]:
    return [(p.line, p.column, p.path, p.message) for p in problems_of(text)]
