"""The hops of an operation in nested guests, and in guests of a root partition."""

import pytest

from simulator import Run
from simulator.calibration import figure
from simulator.subsystems.virtualization.ways import outer_exits
from tests.simulator.subsystems.virtualization.test_assist import HYPER_V, feature
from tests.simulator.worlds import (
    KVM,
    Step,
    events,
    failures,
    install,
    load,
    mechanism,
    power_on,
    run,
    vm,
)

INNER: tuple[Step, ...] = (
    *KVM,
    vm(nested=True),
    install("kvm", "guest"),
    vm(name="inner", on="guest", ram_mib=1024, programs=["app"], run="app"),
)


def trace(operation: str = "device", on: str = "guest") -> Step:
    return {"trace": {"on": on, "operation": operation}}


def hops(done: Run) -> list[tuple[str, str, int]]:
    asked = events(done, "trace", actor="operator")[-1]
    return [(e.actor, e.action, e.detail["ns"]) for e in done.events[asked.seq + 2 :]]


@pytest.mark.parametrize(("how", "count"), [("shadowed", 6), ("trapped", 14)])
def test_an_exit_of_a_nested_guest_takes_several_below(how: str, count: int) -> None:
    assert outer_exits(how) == count
    in_kernel = figure("exit_in_kernel")
    changes = [mechanism("vm.nested_exits", how)]
    done = run([*INNER, trace("privileged", "inner")], changes=changes)
    assert failures(done) == []
    assert hops(done) == [
        ("kvm", "reflect_exit", count * in_kernel),
        ("kvm", "exit", in_kernel),
    ]
    assert done.metrics["exits"] == count + 1


def test_a_nested_device_access_goes_through_both_hosts() -> None:
    done = run([*INNER, trace(on="inner")])
    assert [(actor, action) for actor, action, _ in hops(done)] == [
        ("kvm", "reflect_exit"),
        ("kvm", "exit"),
        ("linux-2", "system_call"),
        ("linux-2", "schedule"),
        ("kvm", "exit"),
        ("linux-1", "system_call"),
        ("linux-1", "schedule"),
    ]


def test_computing_in_a_nested_guest_loses_a_few_per_cent() -> None:
    calm = {"programs": {"app": {"operations": 0}}}
    one = run([*KVM, vm(programs=["app"], run="app"), load("app")], world=calm)
    two = run([*INNER, load("app")], world=calm)
    ratio = two.metrics["request_ns"]["app"] / one.metrics["request_ns"]["app"]
    assert ratio == pytest.approx(1.06, abs=0.02)


def test_an_exit_through_the_platform_api_visits_the_root_partition() -> None:
    plan = [install("windows"), feature(), power_on(), install("box"), vm()]
    done = run([*plan, trace("privileged")], world=HYPER_V)
    in_kernel = figure("exit_in_kernel")
    assert hops(done) == [
        ("hyperv", "exit", in_kernel),
        ("nt-1", "schedule", figure("context_switch")),
        ("box", "handle_exit", figure("exit_to_user")),
        ("hyperv", "hypercall", in_kernel),
    ]


def test_a_device_of_a_root_partitions_guest_asks_windows_as_well() -> None:
    plan = [install("windows"), feature(), power_on(), install("box"), vm(), trace()]
    done = run(plan, world=HYPER_V)
    assert [action for _, action, _ in hops(done)] == [
        "exit",
        "schedule",
        "handle_exit",
        "hypercall",
        "system_call",
        "schedule",
    ]
