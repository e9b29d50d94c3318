"""What machines that run get of the processor, changed while they run."""

import pytest

from simulator import Run
from tests.simulator.worlds import BOOT, KVM, Step, app_vm, events, failures, load, run

ONE_CORE = {
    "machines": {"server": {"cores": 1}},
    "programs": {"app": {"operations": 0, "cpu_us": 1000}},
}


def set_cpu(on: str, **more: int) -> Step:
    return {"set_cpu": {"on": on, **more}}


def request_ns(done: Run, place: str) -> int:
    found: int = events(done, "serve", place=place)[0].detail["mean_request_ns"]
    return found


def test_a_weight_counts_when_cores_are_short() -> None:
    plan = [*KVM, app_vm(2), app_vm(1, name="mine"), set_cpu("mine", weight=200)]
    done = run([*plan, load("app")], world=ONE_CORE)
    assert failures(done) == []
    changed = events(done, "set_cpu", actor="kvm")[0]
    assert (changed.detail["target"], changed.detail["weight"]) == ("mine-1", 200)
    mine, other = request_ns(done, "mine-1"), request_ns(done, "guest-1")
    assert mine == pytest.approx(2_020_000, rel=0.01)
    assert other == pytest.approx(3_030_000, rel=0.01)


def test_a_cap_counts_also_when_cores_are_idle() -> None:
    plan = [*KVM, app_vm(), set_cpu("guest", cap_percent=25), load("app", 1000)]
    done = run(plan, world=ONE_CORE)
    assert events(done, "set_cpu", actor="kvm")[0].detail["cap_percent"] == 25
    assert request_ns(done, "guest-1") == pytest.approx(4_040_000, rel=0.06)


def test_only_machines_have_such_a_share() -> None:
    done = run([*BOOT, set_cpu("server", weight=10)])
    assert failures(done) == [("server", "set_cpu", "no virtual machine")]
