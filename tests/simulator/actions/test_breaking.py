"""A bug in a kernel or a hypervisor, and who goes down with it."""

import pytest

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    Step,
    app_vm,
    box,
    events,
    execute,
    failures,
    install,
    load,
    mechanism,
    power_on,
    run,
)

BARE = (install("bare"), power_on())
LOG = "Kernel panic - not syncing: Fatal exception in interrupt"


def crash(on: str = "guest") -> Step:
    return {"crash": {"on": on}}


def served(done: Run) -> int:
    count: int = done.metrics["served"]
    return count


def test_one_guest_crashes_and_its_neighbours_serve_on() -> None:
    plan = [*KVM, app_vm(3), app_vm(1, name="bad"), crash("bad"), load("app")]
    done = run(plan)
    assert failures(done) == [("linux-5", "panic", LOG)]
    assert events(done, "panic")[0].detail["target"] == "bad-1"
    assert served(done) == 300
    assert done.observation["vms"]["bad-1"]["system"] == "dead"
    assert done.observation["vms"]["guest-1"]["system"] == "running"


def test_the_cause_of_a_crash_is_who_asked_for_it() -> None:
    done = run([*BOOT, crash("server")])
    assert events(done, "panic")[0].cause == events(done, "crash")[0].seq


def test_a_bug_met_from_one_container_takes_all_of_its_kernel() -> None:
    done = run([*ENGINE, box(3), box(1, name="bad"), crash("bad"), load("app")])
    assert failures(done)[0] == ("linux-1", "panic", LOG)
    assert (served(done), done.metrics["kernels"]) == (0, 0)
    assert done.observation["software"]["docker"]["state"] == "dead"


def test_a_container_with_a_kernel_of_its_own_crashes_alone() -> None:
    own = [mechanism("container.kernel", "own")]
    plan = [*ENGINE, box(2), box(1, name="bad"), crash("bad"), load("app")]
    done = run(plan, changes=own)
    assert (served(done), done.metrics["kernels"]) == (200, 3)


def test_a_bug_of_a_type_1_hypervisor_takes_all_machines() -> None:
    done = run([*BARE, app_vm(3), crash("server"), load("app")])
    panic = events(done, "panic")[0]
    assert (panic.actor, panic.detail["target"]) == ("bare", "server")
    assert panic.detail["log"].startswith("hypervisor halted")
    assert served(done) == 0
    states = {vm["state"] for vm in done.observation["vms"].values()}
    assert states == {"off"}


def test_a_bug_of_the_host_takes_the_guests_of_type_2() -> None:
    done = run([*KVM, app_vm(2), crash("server"), load("app")])
    assert events(done, "panic")[0].actor == "linux-1"
    assert (served(done), done.metrics["kernels"]) == (0, 0)
    assert done.observation["software"]["kvm"]["state"] == "dead"


@pytest.mark.parametrize("plan", [[crash("server")], [*BOOT, *[crash("server")] * 2]])
def test_what_does_not_run_cannot_crash(plan: list[Step]) -> None:
    log = "no operating system is running here that could do it"
    assert failures(run(plan))[-1] == ("server", "crash", log)


def test_nothing_runs_after_a_crash() -> None:
    done = run([*KVM, app_vm(), crash(), execute("app", "guest")])
    refused = events(done, "exec", actor="guest-1")[0]
    assert refused.cause is not None
    assert refused.cause in {e.seq for e in done.events}
    assert failures(done)[-1][:2] == ("guest-1", "exec")
