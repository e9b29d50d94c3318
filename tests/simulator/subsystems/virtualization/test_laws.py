"""What holds whatever is done with machines: memory adds up, causes come first."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    app_vm,
    box,
    execute,
    install,
    load,
    power_on,
    run,
    vm,
)

PARTS: dict[str, Any] = {
    "machines": {
        "server": {"cores": 2, "disk_mib": 1_000_000},
        "other": {"cores": 2, "ram_mib": 4000},
    },
    "systems": {
        "linux": {"services_mib": 60, "swap_mib": 500},
        "phoenix": {"family": "linux", "version": "6.1", "panic_timeout_s": 1},
        "old": {"family": "linux", "version": "5.10", "boot": "micro"},
    },
    "hypervisors": {"bare": {"swap_mib": 300}},
    "programs": {
        "app": {"dirties_mib_s": 700},
        "worm": {"path": "/tmp/worm", "format": "elf", "ram_mib": 2},
        "reader": {
            "path": "/usr/bin/reader",
            "format": "elf",
            "does": [
                {"read_file": {"path": "/srv/archive", "mib": 200}},
                {"exit": {"status": 0}},
            ],
        },
    },
}
HOSTED = (*BOOT, install("kvm"))
BARE = (install("bare"), power_on())
SECOND = (install("bare", "other"), power_on("other"))
BELOW = [HOSTED, BARE, (*HOSTED, *SECOND), (*BARE, *SECOND)]
PROGRAMS: dict[str, Any] = {"programs": ["app", "reader"]}
STEPS: list[Any] = [
    app_vm(1),
    vm(2, ram_mib=512, run="app", balloon=True, **PROGRAMS),
    vm(1, system="old", ram_mib=256, vcpus=1, **PROGRAMS),
    vm(1, name="inner", on="guest", ram_mib=300),
    vm(1, nested=True, ram_mib=1500),
    install("kvm", "guest"),
    install("docker", "guest"),
    box(1, on="guest"),
    execute("reader", "guest"),
    execute("app", "guest"),
    load("app", 20),
    {"crash": {"on": "guest"}},
    {"crash": {"on": "server"}},
    {"stop_vm": {"on": "guest"}},
    {"reset_vm": {"on": "guest"}},
    vm(1, system="phoenix", ram_mib=700, run="app", on_crash="restart", **PROGRAMS),
    {"snapshot": {"on": "guest", "name": "saved"}},
    {"restore_vm": {"name": "guest", "on": "server", "snapshot": "saved"}},
    {"restore_vm": {"name": "copy", "on": "other", "snapshot": "saved", "count": 2}},
    {"migrate": {"on": "guest", "to": "other"}},
    {"migrate": {"on": "guest", "to": "other", "auto_converge": True}},
    {"migrate": {"on": "copy", "to": "server"}},
    {"infect": {"program": "worm", "on": "guest"}},
    {"infect": {"program": "worm", "on": "server"}},
    {"set_balloon": {"on": "guest", "mib": 200}},
    {"set_balloon": {"on": "guest", "mib": 0}},
    {"merge_pages": {"on": "server"}},
    {"write_system": {"on": "guest"}},
    {"set_cpu": {"on": "guest", "weight": 50, "cap_percent": 50}},
    {"trace": {"on": "guest", "operation": "device"}},
    {"reboot": {"machine": "server"}},
    {"wait": {"seconds": 1}},
]
NAMES = {"label": "never run: names the groups", "plan": [vm(), vm(name="copy"), box()]}
plans = st.tuples(
    st.sampled_from(BELOW), st.lists(st.sampled_from(STEPS), max_size=12)
).map(lambda parts: [*parts[0], *parts[1]])
sizes = st.sampled_from([900, 1500, 65536])


def carried_out(plan: list[Any], ram_mib: int) -> Run:
    parts = {**PARTS, "machines": {**PARTS["machines"]}}
    parts["machines"]["server"] = {**PARTS["machines"]["server"], "ram_mib": ram_mib}
    arms = {"a": {"label": "a", "plan": plan}, "n": NAMES}
    return run(plan, world=parts, arms=arms)


@settings(max_examples=60, deadline=None)
@given(plans, sizes)
def test_every_plan_keeps_the_laws(plan: list[Any], ram_mib: int) -> None:
    done = carried_out(plan, ram_mib)
    assert done.verdict == "completed"
    assert all(first.time <= second.time for first, second in pairwise(done.events))
    for event in done.events:
        assert event.cause is None or event.cause < event.seq
        assert (event.cause is None) == (event.actor == "operator")
        assert event.outcome != "failed" or "log" in event.detail
    for name in ("server", "other"):
        machine = done.observation["machines"][name]
        assert 0 <= machine["used_kib"] <= machine["ram_kib"]
        assert sum(machine["charges"].values()) == machine["used_kib"]
        _frames_add_up(machine, done.observation["vms"])
    _time_adds_up(done)


def _frames_add_up(node: dict[str, Any], vms: dict[str, Any]) -> None:
    """What a level counts for each machine is what stands behind its guest."""
    for machine in _machines(node):
        figures = vms[machine["name"]]
        assert node["charges"].get(machine["name"], 0) == figures["resident_kib"]
        assert figures["used_kib"] + figures["balloon_kib"] <= figures["ram_kib"]
        assert 0 <= figures["swapped_kib"] <= figures["used_kib"]
        assert 0 <= figures["merged_kib"] <= figures["used_kib"]
        _frames_add_up(machine, vms)


def _machines(node: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for child in node["children"]:
        found += [child] if child["kind"] == "vm" else _machines(child)
    return found


def _time_adds_up(done: Run) -> None:
    """No machine had more time than its virtual processors or the cores could give."""
    span = done.metrics["duration_us"]
    cores = {"server": 2, "other": 2}
    for name, count in cores.items():
        assert done.metrics["cpu_us"][name] <= count * span
    for figures in done.observation["vms"].values():
        assert 0 <= figures["cpu_us"] <= figures["vcpus"] * span
        assert 0 <= figures["steal_us"] <= figures["vcpus"] * span


@settings(max_examples=10, deadline=None)
@given(plans, sizes)
def test_every_plan_repeats(plan: list[Any], ram_mib: int) -> None:
    first, second = carried_out(plan, ram_mib), carried_out(plan, ram_mib)
    assert first.trace_hash == second.trace_hash


@pytest.mark.parametrize("step", STEPS, ids=lambda step: next(iter(step)))
@pytest.mark.parametrize("below", [HOSTED, BARE])
def test_each_step_alone_keeps_the_laws(below: tuple[Any, ...], step: Any) -> None:
    done = carried_out([*below, app_vm(1), step], 65536)
    assert done.verdict == "completed"
    _frames_add_up(done.observation["machines"]["server"], done.observation["vms"])
