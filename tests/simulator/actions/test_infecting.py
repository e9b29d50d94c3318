"""A program let loose: it runs wherever it can get and can run."""

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
    failures,
    install,
    mechanism,
    power_on,
    run,
    vm,
)

BARE = (install("bare"), power_on())
WORM = {"programs": {"worm": {"path": "/tmp/worm", "format": "elf", "ram_mib": 2}}}
HOLE = [mechanism("kernel.hole", "open")]
ESCAPE = [mechanism("vm.escape", "open")]


def infect(on: str = "guest", program: str = "worm") -> Step:
    return {"infect": {"program": program, "on": on}}


def places(done: Run, program: str = "worm") -> list[str]:
    found: list[str] = done.observation["programs"][program]["places"]
    return found


def stopped(done: Run) -> list[tuple[str, str]]:
    """Target and log of each way that was closed."""
    return [
        (e.detail["target"], e.detail["log"])
        for e in events(done, "intrude", outcome="failed")
    ]


@pytest.mark.parametrize("below", [BARE, KVM])
def test_a_guest_keeps_it(below: tuple[Step, ...]) -> None:
    done = run([*below, vm(2, name="other"), vm(), infect()], world=WORM)
    assert places(done) == ["guest-1"]
    assert {target for target, _ in stopped(done)} <= {"server", "other-1", "other-2"}
    assert stopped(done)[0][1] == (
        "no way out of guest-1: a guest reaches no more than its exits, and they hold"
    )


def test_a_hole_below_type_1_leads_to_the_other_guests() -> None:
    done = run([*BARE, vm(2, name="other"), vm(), infect()], world=WORM, changes=ESCAPE)
    assert places(done) == ["guest-1", "other-1", "other-2"]
    assert (failures(done), stopped(done)) == ([], [])


def test_a_hole_below_type_2_leads_through_the_host() -> None:
    done = run([*KVM, vm(1, name="other"), vm(), infect()], world=WORM, changes=ESCAPE)
    assert places(done) == ["guest-1", "other-1", "server"]
    order = [e.detail["target"] for e in events(done, "intrude")]
    assert order == ["guest-1", "server", "other-1"]
    by = [e.detail["by"] for e in events(done, "intrude")]
    assert by == ["operator", "kvm", "linux-1"]


def test_each_place_is_reached_because_of_the_one_before() -> None:
    done = run([*KVM, vm(1, name="other"), vm(), infect()], world=WORM, changes=ESCAPE)
    started = {
        e.detail["place"]: e.seq for e in events(done, "execve", target="/tmp/worm")
    }
    causes = {e.detail["target"]: e.cause for e in events(done, "intrude")}
    assert causes["server"] == started["guest-1"]
    assert causes["other-1"] == started["server"]
    assert causes["guest-1"] == events(done, "infect")[0].seq


def test_a_file_that_the_system_cannot_execute_does_no_harm() -> None:
    plan = [*KVM, vm(system="windows"), infect("server")]
    done = run(plan, world=WORM)
    assert places(done) == ["server"]
    assert failures(done) == [("nt-1", "execve", "ENOEXEC")]


def test_a_container_keeps_it() -> None:
    done = run([*ENGINE, box(2), infect("box")], world=WORM)
    assert places(done) == ["box-1", "box-2"]
    log = "no capability over the host, and its namespaces hold"
    assert stopped(done) == [
        ("server", f"no way out of box-1: {log}"),
        ("server", f"no way out of box-2: {log}"),
    ]


def test_a_hole_in_the_shared_kernel_leads_to_all_containers() -> None:
    plan = [*ENGINE, box(2, name="other"), box(), infect("box")]
    done = run(plan, world=WORM, changes=HOLE)
    assert places(done) == ["box-1", "other-1", "other-2", "server"]
    assert {e.detail["by"] for e in events(done, "intrude")} >= {
        "a bug of the shared kernel"
    }


def test_a_hole_in_a_containers_own_kernel_leads_to_nobody_else() -> None:
    own = [*HOLE, mechanism("container.kernel", "own")]
    plan = [*ENGINE, box(1, name="other"), box(), infect("box")]
    done = run(plan, world=WORM, changes=own)
    assert places(done) == ["box-1", "box-1-vm"]


def test_who_is_on_the_host_is_in_all_that_the_host_runs() -> None:
    plan = [*ENGINE, install("kvm"), box(2), vm(), infect("server")]
    done = run(plan, world=WORM)
    assert places(done) == ["box-1", "box-2", "guest-1", "server"]


def test_a_container_in_a_guest_holds_inside_the_guest() -> None:
    plan = [*KVM, vm(), install("docker", "guest"), box(on="guest"), infect("box")]
    assert places(run(plan, world=WORM)) == ["box-1"]
    done = run(plan, world=WORM, changes=HOLE)
    assert places(done) == ["box-1", "guest-1"]
    assert [target for target, _ in stopped(done)] == ["server"]


def test_a_machine_on_which_nothing_runs_is_not_reached() -> None:
    assert places(run([infect("server")], world=WORM)) == []
    crash: Step = {"crash": {"on": "guest"}}
    done = run([*KVM, vm(), crash, infect("server")], world=WORM)
    assert places(done) == ["server"]


def test_a_container_that_has_ended_is_not_reached() -> None:
    leaves = {"app": {"does": [{"exit": {"status": 0}}]}}
    world = {"programs": {**WORM["programs"], **leaves}}
    done = run(
        [*ENGINE, box(), {"wait": {"seconds": 1}}, infect("server")], world=world
    )
    assert places(done) == ["server"]


def test_it_starts_nowhere_without_a_place() -> None:
    plan: list[Step] = [*BOOT, infect("guest")]
    arms = {"a": {"label": "a", "plan": plan}, "g": {"label": "g", "plan": [vm()]}}
    done = run(plan, world=WORM, arms=arms)
    assert failures(done) == [("guest", "find", "nothing called guest is there")]


def test_the_app_beside_it_serves_on() -> None:
    work: Step = {"load": {"program": "app", "requests": 10}}
    done = run([*KVM, app_vm(2), infect(), work], world=WORM)
    assert done.metrics["served"] == 20
    assert places(done) == ["guest-1", "guest-2"]


def test_a_privileged_container_is_no_wall() -> None:
    plan = [*ENGINE, box(1, name="other"), box(privileged=True), infect("box")]
    done = run(plan, world=WORM)
    assert places(done) == ["box-1", "other-1", "server"]
    ways = {e.detail["target"]: e.detail["by"] for e in events(done, "intrude")}
    assert ways == {
        "box-1": "operator",
        "server": "CAP_SYS_ADMIN over the host",
        "other-1": "linux-1",
    }


def test_users_of_its_own_hold_a_privileged_container() -> None:
    apart = box(privileged=True, uid_map=[{"outside": 100_000}])
    done = run([*ENGINE, box(1, name="other"), apart, infect("box")], world=WORM)
    assert places(done) == ["box-1"]
    assert [target for target, _ in stopped(done)] == ["server"]
