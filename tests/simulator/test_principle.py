"""Outcomes emerge from mechanisms: change one, never a scenario, and answers change."""

from typing import Any

import pytest

from simulator import MECHANISMS, altered, evaluate, prove
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KEYS,
    app_vm,
    box,
    fixture,
    install,
    load,
    power_on,
    run,
)

PE = {"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}


def test_a_loader_for_pe_flips_the_windows_proof() -> None:
    scenario = fixture("windows-program-on-linux")
    assert prove(scenario).holds is True
    with altered(PE):
        report = prove(scenario)
    assert report.holds is False
    failure = next(f for f in report.failures if f.seed == 0)
    assert failure.seed == 0
    assert dict(failure.params) == dict(scenario.variant(0))
    assert len(failure.events) > 0
    assert prove(scenario).holds is True


def test_a_flipped_proof_names_option_seed_and_deciding_event() -> None:
    scenario = fixture("windows-program-on-linux")
    report = prove(scenario, scenario.obligations[0], seeds=[5], mechanisms=PE)
    named = [f for f in report.failures if f.option == "a"]
    assert [(f.kind, f.seed) for f in named] == [("reason", 5)]
    assert any("execve /srv/app.exe failed ENOENT" in e for e in named[0].events)
    assert "+altered." in report.simulator_version


def test_with_own_kernels_containers_need_what_machines_need() -> None:
    scenario = fixture("why-containers-need-less")
    own = {"container.kernel": "own"}
    before = evaluate(scenario, scenario.variant(0)).claims["far_less"].holds
    after = evaluate(scenario, scenario.variant(0), mechanisms=own)
    assert (before, after.claims["far_less"].holds) == (True, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kernel.linux.loaders", []),
        ("kernel.linux.abi", []),
        ("kernel.nt.loaders", []),
        ("kernel.nt.abi", []),
        ("kernel.page_sharing", "off"),
        ("container.kernel", "own"),
        ("container.layers", "copied"),
        ("container.limits", "off"),
        ("container.network", "host"),
        ("vm.devices", "passthrough"),
        ("vm.assist", "emulation"),
    ],
)
def test_each_mechanism_decides_something_in_a_shipped_scenario(
    name: str, value: Any
) -> None:
    seen = []
    for key in KEYS:
        scenario = fixture(key)
        runs = evaluate(scenario, scenario.variant(0)).runs
        other = evaluate(scenario, scenario.variant(0), mechanisms={name: value}).runs
        seen += [runs[arm].metrics != other[arm].metrics for arm in runs]
    assert any(seen)


@pytest.mark.parametrize("name", ["kernel.darwin.loaders", "kernel.darwin.abi"])
def test_mechanisms_of_darwin_decide_too(name: str) -> None:
    tool = {"path": "/bin/tool", "format": "mach-o"}
    plan = [install("mac"), power_on(), install("tool")]
    plan.append({"exec": {"program": "tool", "on": "server"}})
    world = {"programs": {"tool": tool}}
    assert run(plan, world=world).metrics["processes"] == 1
    assert run(plan, world=world, mechanisms={name: []}).metrics["processes"] == 0


def test_no_mechanism_is_forgotten_here() -> None:
    assert len(MECHANISMS) == 13


@pytest.mark.parametrize(
    ("name", "value", "metric"),
    [
        ("kernel.page_sharing", "off", "ram_kib"),
        ("container.layers", "copied", "image_disk_kib"),
        ("container.limits", "off", "duration_us"),
        ("container.network", "host", "request_ns"),
        ("container.kernel", "own", "kernels"),
    ],
)
def test_what_each_mechanism_of_containers_moves(
    name: str, value: str, metric: str
) -> None:
    plan = [*ENGINE, box(2), load("app")]
    assert (
        run(plan).metrics[metric] != run(plan, mechanisms={name: value}).metrics[metric]
    )


@pytest.mark.parametrize(
    ("name", "value", "metric"),
    [("vm.devices", "passthrough", "exits"), ("vm.assist", "emulation", "cpu_us")],
)
def test_what_each_mechanism_of_machines_moves(
    name: str, value: str, metric: str
) -> None:
    plan = [*BOOT, install("kvm"), app_vm(), load("app")]
    assert (
        run(plan).metrics[metric] != run(plan, mechanisms={name: value}).metrics[metric]
    )
