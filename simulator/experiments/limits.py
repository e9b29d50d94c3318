"""Experiments with cgroups: a hog of memory, and busy threads."""

from typing import Any

from simulator.experiments.worlds import (
    BOOT,
    ENGINE,
    Parts,
    Step,
    boxes,
    carried_out,
    of,
)
from simulator.trace import Run

HOG: Parts = {"programs": {"app": {"does": [{"allocate": {"mib": 1024}}]}}}
BUSY: Parts = {"programs": {"app": {"does": [{"compute": {"ms": 500}}]}}}
_LONG = {"format": "elf", "ram_mib": 0, "does": [{"compute": {"ms": 60_000}}]}
RIVALS: Parts = {
    "machines": {"server": {"cores": 1}},
    "programs": {"app": _LONG, "rival": {"path": "/srv/rival", **_LONG}},
}
"""Two programs on one core, each busy for longer than anybody looks."""
HIGH_MIB, SECONDS = 16, 4
QUOTA = {"cpu_quota_us": 25_000}
WEIGHTS = {"app": 200, "rival": 100}


def memory_high_excess() -> int:
    """How far a hog is above memory.high after some seconds, in thousandths."""
    plan = [
        *ENGINE,
        boxes(limits={"memory_high_mib": HIGH_MIB}),
        {"wait": {"seconds": SECONDS}},
        {"cut_power": {"machine": "server"}},
    ]
    peak: int = _box(carried_out(plan, HOG))["memory"]["peak_kib"]
    return peak * 1000 // (HIGH_MIB * 1024) - 1000


def memory_max_status() -> int:
    """The exit status of a hog at memory.max."""
    status: int = of(_at_max(), "exit", target="/srv/app")[0].detail["exit_status"]
    return status


def memory_max_kills() -> int:
    """What its cgroup counts."""
    kills: int = _box(_at_max())["memory"]["events"]["oom_kill"]
    return kills


def cpu_period() -> int:
    """From one start of a busy thread's quota to the next, throttled in between."""
    stat = _box(_under_quota())["cpu"]
    throttled: int = stat["throttled_us"] // stat["nr_throttled"]
    return throttled + QUOTA["cpu_quota_us"]


def cpu_quota() -> int:
    """The share of a core that a busy thread gets under its quota."""
    stat = _box(_under_quota())["cpu"]
    used: int = stat["usage_us"]
    throttled: int = stat["throttled_us"]
    return used * 1000 // (used + throttled)


def cpu_throttled() -> int:
    """The share of its periods in which it was stopped."""
    stat = _box(_under_quota())["cpu"]
    return int(stat["nr_throttled"] * 1000 // stat["nr_periods"])


def cpu_weights() -> int:
    """What the heavier of two has had for each second of the other."""
    plan: list[Step] = [*BOOT]
    for name, weight in WEIGHTS.items():
        limits = {"cpu_weight": weight}
        plan += [
            {"install": {"what": name, "on": "server"}},
            {"set_cgroup": {"on": "server", "name": name, "limits": limits}},
        ]
    plan += [
        {"exec": {"program": name, "on": "server", "cgroup": name}} for name in WEIGHTS
    ]
    plan += [{"wait": {"seconds": 1}}, {"cut_power": {"machine": "server"}}]
    run = carried_out(plan, RIVALS)
    stats = run.observation["cgroups"]["linux-1"]
    used = [stats[name]["cpu"]["usage_us"] for name in WEIGHTS]
    return int(used[0] * 1000 // used[1])


def _at_max() -> Run:
    return carried_out([*ENGINE, boxes(limits={"memory_max_mib": HIGH_MIB})], HOG)


def _under_quota() -> Run:
    return carried_out([*ENGINE, boxes(limits=QUOTA)], BUSY)


def _box(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run.observation["cgroups"]["linux-1"]["box-1"]
    return found


EXPERIMENTS = {
    "memory_high_excess": memory_high_excess,
    "memory_max_status": memory_max_status,
    "memory_max_kills": memory_max_kills,
    "cpu_period": cpu_period,
    "cpu_quota": cpu_quota,
    "cpu_throttled": cpu_throttled,
    "cpu_weights": cpu_weights,
}
