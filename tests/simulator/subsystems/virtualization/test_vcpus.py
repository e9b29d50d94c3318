"""Virtual processors: threads of the level below, and the time stolen from them."""

from typing import Any

import pytest

from simulator import Run
from simulator.engine import Engine
from simulator.subsystems.cpu import DEFAULT_WEIGHT, Cores
from simulator.subsystems.virtualization.vcpus import (
    ALL_CORES,
    PERIOD_US,
    CpuShare,
    virtual_cores,
)
from tests.simulator.worlds import (
    KVM,
    app_vm,
    execute,
    install,
    load,
    power_on,
    run,
    vm,
)

BARE = (install("bare"), power_on())
CALM: dict[str, Any] = {
    "machines": {"server": {"cores": 2}},
    "programs": {"app": {"operations": 0, "cpu_us": 1000}},
}


def seen(done: Run, name: str = "guest-1") -> dict[str, Any]:
    found: dict[str, Any] = done.observation["vms"][name]
    return found


def request_ns(done: Run) -> int:
    found: int = done.metrics["request_ns"]["app"]
    return found


def test_a_share_has_all_cores_and_the_usual_weight() -> None:
    assert CpuShare() == ALL_CORES == CpuShare(None, DEFAULT_WEIGHT, None)


@pytest.mark.parametrize(("vcpus", "count"), [(None, 6), (2, 2), (9, 9)])
def test_how_many_a_machine_has(vcpus: int | None, count: int) -> None:
    cores = virtual_cores("vm", Cores(Engine(), 6), CpuShare(vcpus))
    assert (cores.count, cores.group.name, cores.group.weight) == (count, "vm", 100)
    assert cores.group.quota is None


def test_a_cap_is_a_quota_of_each_period() -> None:
    cores = virtual_cores("vm", Cores(Engine(), 6), CpuShare(2, 300, 50))
    assert (cores.group.weight, cores.group.period_us) == (300, PERIOD_US)
    assert cores.group.quota == cores.group.quota_left > 0


@pytest.mark.parametrize("below", [BARE, KVM])
def test_alone_nothing_is_stolen(below: Any) -> None:
    done = run([*below, app_vm(vcpus=1), load("app")], world=CALM)
    assert seen(done)["steal_us"] == 0
    assert seen(done)["vcpus"] == 1
    assert request_ns(done) == 1_010_000


@pytest.mark.parametrize("below", [BARE, KVM])
@pytest.mark.parametrize("count", [4, 6])
def test_time_is_stolen_when_there_are_more_runnable_threads_than_cores(
    below: Any, count: int
) -> None:
    done = run([*below, app_vm(count, vcpus=1), load("app")], world=CALM)
    one = 1_010_000
    assert request_ns(done) == pytest.approx(one * count / 2, rel=0.01)
    waited = (request_ns(done) - one) * 100 // 1000
    boots = run([*below, app_vm(count, vcpus=1)], world=CALM)
    during = seen(done)["steal_us"] - seen(boots)["steal_us"]
    assert during == pytest.approx(waited, rel=0.02)


def test_stolen_time_is_not_used_time() -> None:
    alone = run([*BARE, app_vm(vcpus=1), load("app")], world=CALM)
    crowd = run([*BARE, app_vm(6, vcpus=1), load("app")], world=CALM)
    used = [seen(done)["cpu_us"] for done in (alone, crowd)]
    assert used[0] == pytest.approx(used[1], rel=0.03)


def test_what_machines_use_is_what_the_server_gave() -> None:
    done = run([*BARE, app_vm(3), load("app")], world=CALM)
    machines = sum(vm["cpu_us"] for vm in done.observation["vms"].values())
    assert machines <= done.metrics["cpu_us"]["server"]
    monitors = done.metrics["cpu_us"]["server"] - machines
    assert monitors == pytest.approx(3 * 15_900 * 2 // 3, rel=0.01)


def test_two_processes_on_one_virtual_processor_wait_inside_the_guest() -> None:
    plan = [*BARE, app_vm(vcpus=1), execute("app", "guest"), load("app")]
    done = run(plan, world=CALM)
    assert request_ns(done) == pytest.approx(2_020_000, rel=0.01)
    assert seen(done)["steal_us"] == 0


def test_two_virtual_processors_run_two_processes() -> None:
    plan = [*BARE, app_vm(vcpus=2), execute("app", "guest"), load("app")]
    assert request_ns(run(plan, world=CALM)) == 1_010_000


def test_the_host_contends_with_its_guests() -> None:
    plan = [*KVM, app_vm(2, vcpus=1), install("app"), execute("app"), load("app")]
    done = run(plan, world=CALM)
    assert request_ns(done) > 1_400_000
    assert seen(done)["steal_us"] > 0


def test_a_nested_machine_takes_its_time_from_the_outer_one() -> None:
    inner = vm(name="inner", on="guest", vcpus=1, programs=["app"], run="app")
    plan = [*KVM, vm(nested=True, vcpus=1), install("kvm", "guest"), inner]
    done = run([*plan, load("app")], world=CALM)
    assert done.metrics["served"] == 100
    assert seen(done, "inner-1")["cpu_us"] <= seen(done)["cpu_us"]
