"""A small cluster for tests: three nodes, and what can be deployed on them."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator import Run
from tests.simulator.worlds import Step, install, power_on, run

NODES = ("server", "second", "third")
_SERVICE: dict[str, Any] = {"format": "elf", "ram_mib": 20}
_DEPLOYMENT: dict[str, Any] = {
    "orchestrator": "kube",
    "image": "good",
    "run": "app",
    "replicas": 3,
    "port": 80,
    "grace_s": 5,
}
PROBE = {"port": 80, "period_s": 2, "failures": 2}
LISTEN = {"listen": {"port": 80}}
WORLD: dict[str, Any] = {
    "machines": {name: {"cores": 4, "ram_mib": 8192} for name in NODES},
    "systems": {"linux": {"boot": "micro"}},
    "programs": {
        "app": {
            **_SERVICE,
            "path": "/srv/app",
            "signals": {"SIGTERM": "exit"},
            "does": [LISTEN],
        },
        "stubborn": {**_SERVICE, "path": "/srv/stubborn", "does": [LISTEN]},
        "slow": {
            **_SERVICE,
            "path": "/srv/app",
            "signals": {"SIGTERM": "exit"},
            "does": [{"sleep": {"ms": 9000}}, LISTEN],
        },
        "ends": {
            **_SERVICE,
            "path": "/srv/app",
            "does": [{"exit": {"status": 3}}],
        },
        "hangs": {**_SERVICE, "path": "/srv/app"},
        "wrong": {"path": "/srv/app", "format": "pe"},
        "fixed": {
            **_SERVICE,
            "path": "/srv/app",
            "signals": {"SIGTERM": "exit"},
            "does": [LISTEN],
        },
    },
    "images": {
        name: {"size_mib": 50, "programs": [program], "libraries": ["glibc"]}
        for name, program in (
            ("good", "app"),
            ("stubborn_image", "stubborn"),
            ("slow_image", "slow"),
            ("crashing", "ends"),
            ("hanging", "hangs"),
            ("foreign", "wrong"),
            ("next", "fixed"),
        )
    },
    "registries": {},
    "orchestrators": {"kube": {"nodes": list(NODES)}},
    "deployments": {
        "web": {**_DEPLOYMENT},
        "one": {**_DEPLOYMENT, "replicas": 1},
        "probed": {**_DEPLOYMENT, "readiness": PROBE},
        "slow_one": {
            **_DEPLOYMENT,
            "image": "slow_image",
            "replicas": 1,
            "readiness": PROBE,
        },
        "watched": {
            **_DEPLOYMENT,
            "image": "slow_image",
            "replicas": 1,
            "liveness": PROBE,
        },
        "crash": {**_DEPLOYMENT, "image": "crashing", "replicas": 1},
        "stubborn": {
            **_DEPLOYMENT,
            "image": "stubborn_image",
            "run": "stubborn",
            "replicas": 1,
        },
        "large": {**_DEPLOYMENT, "ram_mib": 5000, "replicas": 4},
    },
}


def start() -> list[Step]:
    """The steps that bring three nodes and their orchestrator up."""
    steps: list[Step] = []
    for name in NODES:
        steps += [install("linux", name), power_on(name), install("docker", name)]
    return [*steps, {"start_orchestrator": {"orchestrator": "kube"}}]


def deploy(name: str = "web") -> Step:
    return {"deploy": {"name": name}}


def wait(seconds: int) -> Step:
    return {"wait": {"seconds": seconds}}


def request(name: str = "web", count: int = 6) -> Step:
    return {"request": {"name": name, "count": count}}


def update(image: str, name: str = "web", program: str = "app") -> Step:
    return {"update_image": {"name": name, "image": image, "run": program}}


def scale(replicas: int, name: str = "web") -> Step:
    return {"scale": {"name": name, "replicas": replicas}}


def cut(machine: str = "server") -> Step:
    return {"cut_power": {"machine": machine}}


def kill(name: str = "web") -> Step:
    return {"signal": {"signal": "SIGKILL", "on": name}}


def pod(name: str = "bare", image: str = "good") -> Step:
    arguments = {"orchestrator": "kube", "image": image, "run": "app"}
    return {"run_pod": {"name": name, **arguments}}


def delete(name: str = "web") -> Step:
    return {"delete_pods": {"name": name, "orchestrator": "kube"}}


def cluster(
    *plan: Step,
    deployments: Mapping[str, Mapping[str, Any]] | None = None,
    world: Mapping[str, Any] | None = None,
    before: Sequence[Step] = (),
    **more: Any,
) -> Run:
    """A run of a plan on a cluster; ``deployments`` changes fields of some."""
    changed = {
        name: {**WORLD["deployments"].get(name, _DEPLOYMENT), **fields}
        for name, fields in (deployments or {}).items()
    }
    parts = {**WORLD, "deployments": {**WORLD["deployments"], **changed}}
    parts |= world or {}
    return run([*before, *start(), *plan], world=parts, **more)


def seen(done: Run) -> dict[str, Any]:
    found: dict[str, Any] = done.observation["orchestrators"]["kube"]
    return found


def state(done: Run, name: str = "web") -> dict[str, Any]:
    found: dict[str, Any] = seen(done)["deployments"][name]
    return found


def nodes_of(done: Run) -> list[str]:
    """The nodes of the pods, in the order of the pods."""
    return [entry["node"] for entry in seen(done)["pods"].values()]
