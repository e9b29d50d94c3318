"""The monitor of one machine: its memory, its start, and what boots on it."""

import pytest

from simulator.calibration import figure
from simulator.subsystems.virtualization.monitors import MONITORS
from tests.simulator.worlds import (
    KVM,
    Step,
    app_vm,
    events,
    mechanism,
    ram,
    run,
    vm,
)

MICRO = {"hypervisors": {"kvm": {"monitor": "micro"}}}
CUT: Step = {"cut_power": {"machine": "server"}}


@pytest.mark.parametrize(
    ("kind", "memory", "start"),
    [
        ("general", "vmm_memory", "vmm_start"),
        ("micro", "micro_vmm_memory", "micro_vmm_start"),
    ],
)
def test_memory_and_start_are_those_that_were_measured(
    kind: str, memory: str, start: str
) -> None:
    assert MONITORS[kind].ram_kib == figure(memory)
    world = {"hypervisors": {"kvm": {"monitor": kind}}}
    done = run([*KVM, vm()], world=world)
    begun = events(done, "start_monitor")[0]
    assert begun.time - events(done, "create_vm")[0].time == figure(start)
    assert (begun.actor, begun.detail["target"]) == ("kvm", "guest-1")


def test_a_small_monitor_saves_memory_for_each_machine() -> None:
    general, micro = run([*KVM, app_vm(3)]), run([*KVM, app_vm(3)], world=MICRO)
    saved = figure("vmm_memory") - figure("micro_vmm_memory")
    assert ram(general) - ram(micro) == 3 * saved


def test_the_guests_first_event_follows_the_monitors() -> None:
    done = run([*KVM, vm()])
    order = [event.action for event in done.events if "guest" in str(event.detail)]
    assert order[:2] == ["start_vm", "create_vm"]
    post = events(done, "power_on_self_test", actor="guest-1")[0]
    assert post.cause == events(done, "start_monitor")[0].seq


@pytest.mark.parametrize("boot", ["micro", "unikernel"])
def test_the_system_decides_how_long_the_boot_takes(boot: str) -> None:
    name = {"micro": "microvm_boot", "unikernel": "unikernel_boot"}[boot]
    world = {**MICRO, "systems": {"small": {"family": "linux", "version": "6.1"}}}
    world["systems"]["small"]["boot"] = boot
    done = run([*KVM, vm(system="small")], world=world)
    begun, booted = events(done, "start_monitor")[0], events(done, "boot_services")[-1]
    assert booted.time - begun.time == pytest.approx(figure(name), rel=0.03)


def test_a_direct_device_needs_no_model_in_memory() -> None:
    direct = [mechanism("vm.devices", "passthrough")]
    with_model, without = run([*KVM, vm()]), run([*KVM, vm()], changes=direct)
    assert ram(with_model) - ram(without) == figure("vmm_memory")
