"""The model against the figures that it was calibrated with."""

import pytest

from simulator import CALIBRATION
from simulator.calibration import figure
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    app_vm,
    box,
    events,
    execute,
    install,
    load,
    power_on,
    ram,
    run,
    vm,
)

CALM = {"programs": {"app": {"operations": 0, "cpu_us": 1000}}}
BUSY = {"programs": {"app": {"operations": 1000, "cpu_us": 0}}}
NATIVE = (*BOOT, install("app"), execute("app"), load("app"))


@pytest.mark.parametrize("name", sorted(CALIBRATION))
def test_every_figure_has_a_unit_and_a_source(name: str) -> None:
    entry = CALIBRATION[name]
    assert entry.unit in {"us", "ns", "KiB", "permille"}
    assert entry.read in {"measured", "source", "course"}
    assert entry.source != ""
    assert 0 < entry.tolerance_percent <= 50
    assert figure(name) == entry.value > 0


def within(name: str, value: float) -> None:
    """The model's value is as near to the figure as the table promises."""
    entry = CALIBRATION[name]
    assert value == pytest.approx(entry.value, rel=entry.tolerance_percent / 100)


def test_times_to_start() -> None:
    guest = run([*KVM, app_vm()])
    begun, ended = (
        events(guest, "create_vm")[0].time,
        events(guest, "execve", target="/srv/app")[0].time,
    )
    within("guest_boot", ended - begun)
    container = run([*ENGINE, box()])
    begun, ended = (
        events(container, "start_container")[0].time,
        events(container, "execve", target="/srv/app")[0].time,
    )
    within("container_start", ended - begun)
    within("container_runtime", ended - events(container, "image_present")[0].time)


def test_time_of_a_micro_machine() -> None:
    done = run([*KVM, vm()], world={"systems": {"linux": {"boot": "micro"}}})
    begun = events(done, "create_vm")[0].time
    within(
        "microvm_boot", events(done, "boot_services", actor="linux-2")[0].time - begun
    )


def test_speed_of_guests() -> None:
    base = run(NATIVE, world=CALM).metrics["request_ns"]["app"]
    assisted = run([*KVM, app_vm(), load("app")], world=CALM)
    plan = [*BOOT, install("emulator"), app_vm(), load("app")]
    emulated = run(plan, world=CALM)
    within("assisted_cpu", assisted.metrics["request_ns"]["app"] / base * 1000)
    within("emulated_cpu", emulated.metrics["request_ns"]["app"] / base * 1000)


def test_cost_of_operations() -> None:
    base = run(NATIVE, world=BUSY).metrics["request_ns"]["app"]
    within("system_call", base / 1000)
    bare = run([install("bare"), power_on(), app_vm(), load("app")], world=BUSY)
    within("exit_in_kernel", (bare.metrics["request_ns"]["app"] - base) / 1000)
    hosted = run([*KVM, app_vm(), load("app")], world=BUSY)
    beyond = (hosted.metrics["request_ns"]["app"] - base) / 1000
    rest = figure("system_call") + figure("context_switch")
    within("exit_to_user", beyond - rest)


def test_memory() -> None:
    idle = {"systems": {"linux": {"services_mib": 0}}}
    empty = {"programs": {"app": {"ram_mib": 0, "text_mib": 0}}}
    guest = ram(run([*KVM, vm()], world=idle)) - ram(run(KVM, world=idle))
    within("idle_guest_memory", guest - figure("vmm_memory"))
    within("vmm_memory", guest - figure("idle_guest_memory"))
    container = ram(run([*ENGINE, box()], world=empty)) - ram(run(ENGINE, world=empty))
    within("container_memory", container)


def test_parts_are_less_than_the_whole() -> None:
    assert figure("namespaces") + figure("fork_exec") < figure("container_runtime")
    assert figure("container_runtime") < figure("container_start")
    assert figure("microvm_boot") < figure("guest_boot")
    assert figure("system_call") < figure("exit_in_kernel") < figure("exit_to_user")
