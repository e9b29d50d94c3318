"""What happens after a kernel's panic in a virtual machine, and by its reset button."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    KVM,
    Step,
    app_vm,
    box,
    events,
    execute,
    failures,
    install,
    run,
    vm,
)

CRASH: Step = {"crash": {"on": "guest"}}
RESET: Step = {"reset_vm": {"on": "guest"}}
STAGES = ["boot_loader", "kernel", "drivers", "init", "services"]
MIB = 1024


def wait(seconds: int = 600) -> Step:
    return {"wait": {"seconds": seconds}}


def reboots(seconds: int = 30) -> dict[str, Any]:
    """A world whose Linux reboots so long after a panic."""
    return {"systems": {"linux": {"panic_timeout_s": seconds}}}


def state(done: Run) -> tuple[str, str]:
    machine = done.observation["vms"]["guest-1"]
    return machine["state"], machine["system"]


def booted(done: Run, kernel: str) -> list[str]:
    return [
        e.action.removeprefix("boot_")
        for e in done.events
        if e.actor == kernel and e.action.startswith("boot_")
    ]


def test_a_guest_hangs_unless_its_system_reboots() -> None:
    done = run([*KVM, vm(), CRASH, wait()])
    assert state(done) == ("on", "dead")
    assert events(done, "reset") == []


def test_it_boots_again_by_its_own_stages() -> None:
    done = run([*KVM, vm(), CRASH, wait()], world=reboots())
    panic, again = events(done, "panic")[0], events(done, "reset")[0]
    assert (again.actor, again.cause) == ("guest-1", panic.seq)
    assert again.time - panic.time == 30_000_000
    assert again.detail["log"] == "Rebooting in 30 seconds.."
    post = events(done, "power_on_self_test")[-1]
    assert (post.actor, post.cause) == ("guest-1", again.seq)
    assert booted(done, "linux-3") == STAGES
    assert state(done) == ("on", "running")
    assert events(done, "start_monitor")[1:] == []


def test_only_that_guest_boots_again() -> None:
    done = run([*KVM, vm(2), {"crash": {"on": "guest"}}, wait()], world=reboots())
    assert [e.actor for e in events(done, "reset")] == ["guest-1", "guest-2"]
    other = run([*KVM, vm(), vm(name="other"), CRASH, wait()], world=reboots())
    assert [e.actor for e in events(other, "reset")] == ["guest-1"]


def test_what_its_disk_had_is_there_and_its_services_start() -> None:
    plan = [*KVM, vm(), install("app", "guest"), install("docker", "guest")]
    done = run([*plan, CRASH, wait(), execute("app", "guest")], world=reboots())
    assert done.observation["programs"]["app"]["running"] == 1
    assert done.observation["software"]["docker"]["state"] == "running"
    started = [e.actor for e in events(done, "start", kind="containers")]
    assert started == ["docker", "docker"]


def test_what_its_memory_had_is_gone_its_frames_stay_its_own() -> None:
    done = run([*KVM, app_vm(1), RESET])
    machine = done.observation["vms"]["guest-1"]
    fresh = run([*KVM, vm(programs=["app"])]).observation["vms"]["guest-1"]
    assert machine["used_kib"] == fresh["used_kib"]
    assert machine["resident_kib"] == fresh["used_kib"] + 110 * MIB
    assert done.observation["programs"]["app"]["running"] == 0


@pytest.mark.parametrize(
    ("on_crash", "found"),
    [
        ("preserve", ("on", "dead")),
        ("restart", ("on", "running")),
        ("destroy", ("off", "dead")),
    ],
)
def test_its_hypervisor_may_be_told_what_to_do(
    on_crash: str, found: tuple[str, str]
) -> None:
    done = run([*KVM, vm(on_crash=on_crash), CRASH, wait()])
    assert state(done) == found
    acted = [*events(done, "reset"), *events(done, "destroy_vm")]
    assert all(e.time == events(done, "panic")[0].time for e in acted)


def test_somebody_may_come_first() -> None:
    done = run([*KVM, vm(), CRASH, RESET, wait()], world=reboots())
    assert [e.detail["log"] for e in events(done, "reset")] == [
        "reset by its hypervisor"
    ]


def test_or_switch_it_off() -> None:
    stop = {"stop_vm": {"on": "guest"}}
    done = run([*KVM, vm(), CRASH, stop, wait()], world=reboots())
    assert state(done) == ("off", "dead")
    assert events(done, "reset") == []


def test_a_healthy_guest_can_be_reset() -> None:
    done = run([*KVM, vm(), RESET])
    assert state(done) == ("on", "running")
    assert booted(done, "linux-3") == STAGES


def test_a_guest_that_found_no_system_stays_where_it_is() -> None:
    arm = {"systems": {"arm": {"family": "linux", "version": "6.1", "arch": "aarch64"}}}
    done = run([*KVM, vm(system="arm"), RESET], world=arm)
    assert events(done, "reset") == []


def test_only_virtual_machines_that_are_on_have_such_a_button() -> None:
    log = "there is no virtual machine that runs here"
    done = run([*BOOT, {"reset_vm": {"on": "server"}}])
    assert failures(done) == [("server", "reset_vm", log)]
    off = run([*KVM, vm(), {"stop_vm": {"on": "guest"}}, RESET])
    assert failures(off) == [("guest-1", "reset_vm", log)]


def test_a_copy_reboots_as_its_original_does() -> None:
    save = {"snapshot": {"on": "guest", "name": "golden"}}
    copy = {"restore_vm": {"name": "copy", "on": "server", "snapshot": "golden"}}
    crash = {"crash": {"on": "copy"}}
    done = run([*KVM, vm(), save, copy, crash, wait()], world=reboots())
    assert [e.actor for e in events(done, "reset")] == ["copy-1"]


def test_a_server_of_a_cloud_reboots_too() -> None:
    cloud = {
        **reboots(),
        "flavours": {"small": {"vcpus": 1, "ram_mib": 2048}},
        "clouds": {
            "sky": {"servers": 1, "cores": 4, "ram_mib": 16384, "hypervisor": "bare"}
        },
    }
    make = {"create_server": {"cloud": "sky", "name": "guest", "flavour": "small"}}
    make["create_server"]["system"] = "linux"
    done = run([make, CRASH, wait()], world=cloud)
    assert len(events(done, "reset")) == 1


def test_one_with_containers_brings_back_those_that_are_to() -> None:
    plan = [*KVM, vm(ram_mib=4096), install("docker", "guest")]
    kept = box(name="kept", on="guest", restart="always")
    lost = box(name="lost", on="guest")
    done = run([*plan, kept, lost, CRASH, wait()], world=reboots())
    assert done.observation["programs"]["app"]["running"] == 1


def test_pages_that_guests_shared_are_their_own_again() -> None:
    merge = {"merge_pages": {"on": "server"}}
    done = run([*KVM, vm(2), merge, RESET])
    assert "merge" in str([e.action for e in done.events])
    for machine in done.observation["vms"].values():
        assert machine["merged_kib"] == 0
