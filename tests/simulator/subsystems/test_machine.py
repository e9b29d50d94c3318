"""Bare machines: self test, boot slot, what stands in the way of a boot."""

import pytest

from simulator.calibration import figure
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    events,
    execute,
    failures,
    install,
    power_on,
    run,
)

NOTHING = "No bootable device: no boot loader and no kernel on the disk"


def test_an_empty_machine_finds_nothing_to_boot() -> None:
    done = run([power_on()])
    assert failures(done) == [("server", "boot", NOTHING)]
    boot = events(done, "boot")[0]
    assert boot.detail["target"] == "disk"
    assert boot.cause == events(done, "power_on_self_test")[0].seq
    assert done.observation["machines"]["server"]["state"] == "on"


@pytest.mark.parametrize("what", ["app", "kvm", "emulator", "docker"])
def test_a_program_on_the_disk_is_nothing_to_boot(what: str) -> None:
    done = run([install(what), power_on()])
    assert failures(done) == [("server", "boot", NOTHING)]
    assert events(done, "boot")[0].detail["target"] == what
    assert events(done, "write_disk")[0].detail["boots"] is False


@pytest.mark.parametrize("what", ["linux", "windows", "mac", "bare"])
def test_systems_and_type_1_hypervisors_take_the_boot_slot(what: str) -> None:
    done = run([install(what), power_on()])
    assert failures(done) == []
    assert events(done, "write_disk")[0].detail["boots"] is True
    occupant = done.observation["machines"]["server"]["children"][0]
    assert occupant["state"] == "running"


def test_the_last_one_installed_holds_the_boot_slot() -> None:
    done = run([install("windows"), install("linux"), power_on()])
    assert events(done, "boot_services")[0].actor == "linux-1"


def test_a_system_for_another_processor_does_not_boot() -> None:
    done = run(BOOT, world={"systems": {"linux": {"arch": "aarch64"}}})
    assert failures(done) == [
        ("server", "boot", "No bootable device: aarch64 code on a x86_64 machine")
    ]
    assert events(done, "boot")[0].detail["target"] == "linux"


def test_files_on_the_disk_are_there_once_it_boots() -> None:
    done = run([install("app"), *BOOT, execute("app")])
    assert failures(done) == []


def test_the_self_test_takes_its_share_of_a_boot() -> None:
    done = run([power_on()])
    post = events(done, "power_on_self_test")[0]
    assert post.time == pytest.approx(figure("guest_boot") * 0.1, rel=0.03)
    assert post.detail["ram_kib"] == 65536 * 1024


def test_a_machine_is_switched_on_once() -> None:
    done = run([*BOOT, power_on()])
    assert failures(done) == [("server", "power_on", "the machine is on already")]
    assert done.metrics["kernels"] == 1


def test_a_machine_that_is_on_already_starts_no_service_twice() -> None:
    done = run([*ENGINE, power_on()])
    assert len(events(done, "start", actor="docker")) == 1


def test_two_machines_are_two() -> None:
    world = {"machines": {"other": {"cores": 1, "ram_mib": 1024}}}
    done = run([*BOOT, install("linux", "other"), power_on("other")], world=world)
    assert sorted(e.actor for e in events(done, "boot_services")) == [
        "linux-1",
        "linux-2",
    ]
    assert done.metrics["ram_kib"] == {"server": 317 * 1024, "other": 317 * 1024}


def test_a_machine_that_is_off_does_nothing() -> None:
    done = run([execute("app")])
    assert failures(done) == [
        ("server", "exec", "no operating system is running here that could do it")
    ]
    assert events(done, "exec", actor="server")[0].cause == 0
