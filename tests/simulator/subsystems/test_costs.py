"""What a request costs: the sum of its parts on the platform where it runs."""

import pytest

from simulator import Run
from simulator.calibration import figure
from tests.simulator.worlds import BOOT, KVM, app_vm, execute, install, load, run

NOTHING = {"cpu_us": 0, "operations": 0}


def native(**work: int) -> Run:
    plan = [*BOOT, install("app"), execute("app"), load("app")]
    return run(plan, world={"programs": {"app": {**NOTHING, **work}}})


def guest(**work: int) -> Run:
    world = {"programs": {"app": {**NOTHING, **work}}}
    return run([*KVM, app_vm(), load("app")], world=world)


def request_ns(done: Run) -> int:
    found: int = done.metrics["request_ns"]["app"]
    return found


def test_cpu_time_is_the_programs_own() -> None:
    assert request_ns(native(cpu_us=300)) == 300_000
    assert request_ns(guest(cpu_us=300)) == 300 * figure("assisted_cpu")


def test_each_operation_is_a_system_call() -> None:
    assert request_ns(native(operations=1000)) == 1000 * figure("system_call")


def test_a_privileged_instruction_is_free_natively_and_an_exit_in_a_guest() -> None:
    assert native(cpu_us=1, privileged=1000).metrics["exits"] == 0
    done = guest(privileged=1000)
    assert request_ns(done) == 1000 * figure("exit_in_kernel")
    assert (done.metrics["exits"], done.metrics["host_calls"]) == (100_000, 0)


def test_first_touches_are_page_faults() -> None:
    assert request_ns(native(first_touches=1000)) == 1000 * figure("first_touch")
    in_guest = 1000 * (figure("first_touch") * figure("assisted_cpu") // 1000)
    assert request_ns(guest(first_touches=1000)) == in_guest


@pytest.mark.parametrize("misses", [24, 2400])
def test_walks_cost_what_their_references_cost(misses: int) -> None:
    assert request_ns(guest(tlb_misses=misses)) == misses * figure("walk_time")
