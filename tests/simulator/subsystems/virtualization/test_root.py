"""Windows on its own hypervisor, and what that means for a hosted one."""

import pytest

from simulator import Run
from simulator.subsystems.virtualization.root import NEEDS_HYPERVISOR
from tests.simulator.subsystems.virtualization.test_assist import HYPER_V, feature
from tests.simulator.worlds import (
    Step,
    app_vm,
    events,
    execute,
    failures,
    install,
    load,
    mechanism,
    merged,
    power_on,
    run,
)

WINDOWS: tuple[Step, ...] = (install("windows"),)
REBOOT: Step = {"reboot": {"machine": "server"}}
PAGED = {"app": {"privileged": 3, "first_touches": 5, "tlb_misses": 7}}


def booted(*before: Step, **more: object) -> Run:
    return run([*WINDOWS, *before, power_on()], world=HYPER_V, **more)  # type: ignore[arg-type]


def top(done: Run) -> tuple[str, str]:
    occupant = done.observation["machines"]["server"]["children"][0]
    return occupant["kind"], occupant["name"]


@pytest.mark.parametrize("name", NEEDS_HYPERVISOR)
def test_each_such_feature_brings_the_hypervisor_up(name: str) -> None:
    done = booted(feature(name))
    assert top(done) == ("hypervisor", "hyperv")
    root = done.observation["machines"]["server"]["children"][0]["children"][0]
    assert (root["name"], root["children"][0]["name"]) == ("server-root", "nt-1")
    assert failures(done) == []


def test_without_a_feature_windows_has_the_processor() -> None:
    assert top(booted()) == ("kernel", "nt-1")


def test_a_feature_that_came_with_the_installation() -> None:
    world = merged(HYPER_V, {"systems": {"windows": {"features": ["sandbox"]}}})
    assert top(run([*WINDOWS, power_on()], world=world)) == ("hypervisor", "hyperv")


def test_the_launch_setting_stands_above_all_features() -> None:
    done = booted(feature(), feature("hypervisor-launch", enabled=False))
    assert top(done) == ("kernel", "nt-1")


def test_the_hypervisor_needs_the_extension() -> None:
    off: Step = {"set_firmware": {"machine": "server", "virtualization": False}}
    assert top(booted(feature(), off)) == ("kernel", "nt-1")


def test_the_mechanism_keeps_windows_on_the_processor() -> None:
    changes = [mechanism("hyperv.root", "bare")]
    assert top(booted(feature(), changes=changes)) == ("kernel", "nt-1")


def test_no_memory_for_the_hypervisor_no_windows() -> None:
    world = merged(HYPER_V, {"machines": {"server": {"ram_mib": 100}}})
    done = run([*WINDOWS, feature(), power_on()], world=world)
    assert [(actor, action) for actor, action, _ in failures(done)] == [
        ("hyperv", "start")
    ]
    assert events(done, "boot_kernel") == []


def test_programs_of_windows_pay_nothing_for_being_in_the_root() -> None:
    plan = [install("exe"), execute("exe"), load("exe")]
    world = merged(HYPER_V, {"programs": {"exe": PAGED["app"]}})
    bare = run([*WINDOWS, power_on(), *plan], world=world)
    root = run([*WINDOWS, feature(), power_on(), *plan], world=world)
    assert bare.metrics["served"] == root.metrics["served"] == 100
    loss = root.metrics["request_ns"]["exe"] / bare.metrics["request_ns"]["exe"]
    assert 1 <= loss < 1.02
    assert root.metrics["exits"] == 0


def test_guests_of_a_program_of_the_root_pay_for_each_exit() -> None:
    plan = [install("box"), app_vm(), load("app")]
    bare = run([*WINDOWS, power_on(), *plan], world=HYPER_V)
    root = run([*WINDOWS, feature(), power_on(), *plan], world=HYPER_V)
    assert root.metrics["request_ns"]["app"] > bare.metrics["request_ns"]["app"]
    assert root.metrics["exits"] == 2 * bare.metrics["exits"] == 2000


def test_a_power_cut_takes_hypervisor_root_and_guests_together() -> None:
    cut: Step = {"cut_power": {"machine": "server"}}
    done = run(
        [*WINDOWS, feature(), power_on(), install("box"), app_vm(), cut],
        world=HYPER_V,
    )
    assert done.metrics["kernels"] == 0
    states = [done.observation["software"][n]["state"] for n in ("hyperv", "box")]
    assert states == ["dead", "dead"]


def test_a_hosted_hypervisor_of_the_root_comes_back_after_a_restart() -> None:
    plan = [*WINDOWS, feature(), power_on(), install("box"), REBOOT, app_vm()]
    done = run(plan, world=HYPER_V)
    assert failures(done) == []
    assert done.observation["software"]["box"]["hypervisors_below"] == 1
