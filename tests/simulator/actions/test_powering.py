"""Verbs at a machine's case and in its firmware."""

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
    power_on,
    run,
    vm,
)

OFF: Step = {"power_off": {"machine": "server"}}
CUT: Step = {"cut_power": {"machine": "server"}}
REBOOT: Step = {"reboot": {"machine": "server"}}


def firmware(enabled: bool) -> Step:
    return {"set_firmware": {"machine": "server", "virtualization": enabled}}


def choose(what: str) -> Step:
    return {"choose_boot": {"machine": "server", "what": what}}


def feature(name: str, enabled: bool) -> Step:
    return {"set_feature": {"on": "server", "feature": name, "enabled": enabled}}


def test_a_shutdown_ends_all_that_runs() -> None:
    done = run([*KVM, app_vm(), OFF])
    off = events(done, "power_off", actor="server")[0]
    assert (off.outcome, off.detail["log"]) == ("ok", "Power down")
    assert events(done, "power_off", actor="operator")[0].seq == off.cause
    assert done.metrics["kernels"] == done.metrics["processes"] == 0
    assert done.metrics["ram_kib"] == {"server": 0}
    server = done.observation["machines"]["server"]
    assert (server["state"], server["children"][0]["state"]) == ("off", "dead")
    assert done.observation["software"]["kvm"]["state"] == "dead"


def test_a_power_cut_is_a_failure_and_a_shutdown_none() -> None:
    done = run([*BOOT, CUT])
    log = "power lost: memory is gone, the disk is not"
    assert failures(done) == [("server", "power_off", log)]


def test_a_machine_that_is_off_cannot_be_shut_down() -> None:
    log = "the machine is off"
    assert failures(run([OFF, CUT, REBOOT])) == [
        ("server", "power_off", log),
        ("server", "power_off", log),
        ("server", "reboot", log),
    ]


def test_a_restart_brings_the_system_and_its_services_back() -> None:
    done = run([*ENGINE, box(), REBOOT])
    assert failures(done) == []
    assert events(done, "power_off")[0].detail["log"] == "Restarting system"
    assert done.observation["software"]["docker"]["state"] == "running"
    assert [e.actor for e in events(done, "boot_services")] == ["linux-1", "linux-2"]
    assert done.metrics["processes"] == 1


def test_only_the_services_of_the_system_that_boots_come_back() -> None:
    done = run([*ENGINE, OFF, install("windows"), power_on()])
    assert failures(done) == []
    assert done.observation["software"]["docker"]["state"] == "dead"
    assert events(done, "boot_services")[-1].actor == "nt-1"


def test_files_outlive_a_restart() -> None:
    done = run([*BOOT, install("app"), CUT, power_on(), execute("app")])
    assert [e.detail["place"] for e in events(done, "execve")] == ["server"]


def test_the_firmwares_switch_counts_from_the_next_boot() -> None:
    plan = [*KVM, firmware(False), vm(), REBOOT, vm(), firmware(True), REBOOT, vm()]
    done = run(plan)
    created = [event.outcome for event in events(done, "create_vm")]
    assert created == ["ok", "failed", "ok"]
    log = events(done, "create_vm", outcome="failed")[0].detail["log"]
    assert log.endswith("disabled in the firmware, or there is none")
    switched = [
        e.detail["enabled"] for e in events(done, "set_firmware", actor="server")
    ]
    assert switched == [False, True]


def test_another_system_of_the_disk_can_have_the_boot_slot() -> None:
    plan = [install("windows"), install("linux"), choose("windows"), power_on()]
    done = run(plan)
    assert failures(done) == []
    assert events(done, "choose_boot")[1].detail["target"] == "windows"
    assert events(done, "boot_services")[0].actor == "nt-1"


def test_what_is_not_on_the_disk_cannot_boot() -> None:
    done = run([install("linux"), choose("windows"), power_on()])
    assert failures(done) == [("server", "choose_boot", "windows is not on the disk")]
    assert events(done, "boot_services")[0].actor == "linux-1"


def test_features_belong_to_the_installed_system() -> None:
    done = run([feature("wsl2", True), install("windows"), feature("wsl2", True)])
    assert failures(done) == [
        ("server", "set_feature", "no system is installed on this machine")
    ]
    changed = events(done, "set_feature", actor="server", outcome="ok")
    assert [(e.detail["target"], e.detail["enabled"]) for e in changed] == [
        ("wsl2", True)
    ]


def test_power_goes_from_a_machine_on_which_nothing_runs() -> None:
    done = run([power_on(), CUT])
    assert [action for _, action, _ in failures(done)] == ["boot", "power_off"]
    assert done.observation["machines"]["server"]["state"] == "off"


def test_power_goes_from_a_guest_that_never_booted() -> None:
    arm = {"family": "linux", "version": "6.1", "arch": "aarch64"}
    done = run([*KVM, vm(system="arm"), CUT], world={"systems": {"arm": arm}})
    kernel = done.observation["machines"]["server"]["children"][0]
    assert kernel["children"][0]["children"][0]["state"] == "off"
