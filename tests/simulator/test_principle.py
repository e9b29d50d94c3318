"""Outcomes emerge from mechanisms: change one, never a scenario, and answers change.

That each of them decides a shipped claim is in test_mutations.py.
"""

import pytest

from simulator import altered, evaluate, prove
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    app_vm,
    box,
    fixture,
    install,
    load,
    run,
)

pytestmark = pytest.mark.exhaustive

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
