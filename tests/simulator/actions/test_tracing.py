"""One operation followed down to the hardware."""

import pytest

from simulator import Run
from simulator.calibration import figure
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    Step,
    box,
    events,
    failures,
    install,
    mechanism,
    power_on,
    run,
    vm,
)

BARE = (install("bare"), power_on())
BEGINS = {
    "device": "access_device",
    "privileged": "run_privileged",
    "page_fault": "fault_page",
}


def trace(operation: str = "device", on: str = "guest") -> Step:
    return {"trace": {"on": on, "operation": operation}}


def hops(done: Run) -> list[tuple[str, str]]:
    """Actor and action of each hop, the kernel's own first."""
    asked = events(done, "trace", actor="operator")[-1]
    return [(e.actor, e.action) for e in done.events[asked.seq + 1 :]]


@pytest.mark.parametrize("operation", [*BEGINS])
def test_on_bare_hardware_a_kernel_does_all_itself(operation: str) -> None:
    done = run([*BOOT, trace(operation, "server")])
    assert hops(done) == [("linux-1", BEGINS[operation])]
    assert done.metrics["exits"] == 0


def test_an_io_of_type_1_goes_to_the_hypervisor_and_back() -> None:
    done = run([*BARE, vm(), trace()])
    assert hops(done) == [("linux-1", "access_device"), ("bare", "exit")]


def test_an_io_of_type_2_goes_through_the_host() -> None:
    done = run([*KVM, vm(), trace()])
    assert hops(done) == [
        ("linux-2", "access_device"),
        ("kvm", "exit"),
        ("linux-1", "system_call"),
        ("linux-1", "schedule"),
    ]
    assert (done.metrics["exits"], done.metrics["host_calls"]) == (1, 1)
    assert [e.cause for e in done.events[-3:]] == [e.seq - 1 for e in done.events[-3:]]
    assert [e.detail["ns"] for e in done.events[-3:]] == [
        figure("exit_to_user"),
        figure("system_call"),
        figure("context_switch"),
    ]


def test_a_device_model_in_the_hosts_kernel_saves_the_way_through_the_program() -> None:
    changes = [mechanism("vm.devices", "in-kernel")]
    done = run([*KVM, vm(), trace()], changes=changes)
    assert hops(done) == [("linux-2", "access_device"), ("kvm", "exit")]
    assert done.events[-1].detail["ns"] == figure("exit_in_kernel")


def test_a_direct_device_needs_no_hop() -> None:
    changes = [mechanism("vm.devices", "passthrough")]
    done = run([*KVM, vm(), trace()], changes=changes)
    assert hops(done) == [("linux-2", "access_device")]


def test_an_emulators_io_is_a_call_of_the_host_without_an_exit() -> None:
    done = run([*BOOT, install("emulator"), vm(), trace()])
    assert hops(done)[1:] == [("linux-1", "system_call"), ("linux-1", "schedule")]
    assert done.metrics["exits"] == 0


@pytest.mark.parametrize("below", [BARE, KVM])
def test_a_privileged_instruction_exits_once_under_either_type(below: object) -> None:
    done = run([*below, vm(), trace("privileged")])  # type: ignore[misc]
    assert [action for _, action in hops(done)] == ["run_privileged", "exit"]
    assert done.events[-1].detail["ns"] == figure("exit_in_kernel")


@pytest.mark.parametrize("assist", ["translation", "emulation"])
def test_rewritten_code_takes_no_exit(assist: str) -> None:
    changes = [mechanism("vm.assist", assist)]
    for operation in ("privileged", "page_fault"):
        done = run([*KVM, vm(), trace(operation)], changes=changes)
        assert hops(done) == [("linux-2", BEGINS[operation])]


def test_a_page_fault_leaves_the_guest_only_for_a_shadow_table() -> None:
    done = run([*KVM, vm(), trace("page_fault")])
    assert hops(done) == [("linux-2", "fault_page")]
    shadow = [mechanism("vm.paging", "shadow")]
    done = run([*KVM, vm(), trace("page_fault")], changes=shadow)
    assert hops(done) == [("linux-2", "fault_page"), ("kvm", "exit")]


def test_a_container_has_the_way_of_its_hosts_kernel() -> None:
    done = run([*ENGINE, box(), trace(on="box")])
    assert hops(done) == [("linux-1", "access_device")]


def test_a_trace_takes_time() -> None:
    without, done = run([*KVM, vm()]), run([*KVM, vm(), trace()])
    own = figure("system_call") * figure("assisted_cpu") // 1000
    way = figure("exit_to_user") + figure("system_call") + figure("context_switch")
    took = done.metrics["duration_us"] - without.metrics["duration_us"]
    assert took == -(-(own + way) // 1000)


def test_nothing_to_trace_where_no_system_runs() -> None:
    log = "no operating system is running here that could do it"
    assert failures(run([trace(on="server")])) == [("server", "trace", log)]
