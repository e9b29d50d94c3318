"""Hypervisors of both types and emulators: where they stand, what exits cost."""

import pytest

from simulator.calibration import figure
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    app_vm,
    events,
    execute,
    failures,
    install,
    load,
    mechanism,
    power_on,
    ram,
    run,
    vm,
)

MIB = 1024
BARE = (install("bare"), power_on())
EMULATED = (*BOOT, install("emulator"))
NO_VTX = {"machines": {"server": {"virtualization": False}}}


def request_ns(plan: object, **more: object) -> int:
    done = run([*plan, app_vm(), load("app")], **more)  # type: ignore[misc,arg-type]
    found: int = done.metrics["request_ns"]["app"]
    return found


def test_type_1_stands_on_the_hardware() -> None:
    done = run([*BARE, app_vm()])
    assert failures(done) == []
    assert done.observation["software"]["bare"] == {
        "state": "running",
        "stands_on": "hardware",
        "systems_below": 0,
        "hypervisors_below": 0,
    }


def test_type_2_stands_on_a_system() -> None:
    done = run([*KVM, app_vm()])
    assert failures(done) == []
    assert done.observation["software"]["kvm"] == {
        "state": "running",
        "stands_on": "linux",
        "systems_below": 1,
        "hypervisors_below": 0,
    }


def test_what_is_not_installed_is_absent() -> None:
    absent = {
        "state": "absent",
        "stands_on": "",
        "systems_below": 0,
        "hypervisors_below": 0,
    }
    software = run(BOOT).observation["software"]
    assert software == dict.fromkeys(("bare", "kvm", "emulator", "docker"), absent)


def test_type_1_does_not_install_on_a_running_system() -> None:
    done = run([*BOOT, install("bare")])
    assert failures(done) == [
        (
            "linux-1",
            "install",
            "it takes the boot slot of a machine; a system is running on this one",
        )
    ]


def test_type_1_boots_faster_than_a_system() -> None:
    done = run(BARE)
    took = done.metrics["duration_us"] - events(done, "power_on_self_test")[0].time
    assert took == pytest.approx(figure("guest_boot") / 2, rel=0.03)


def test_memory_of_a_hypervisor_is_counted_once() -> None:
    assert ram(run(BARE)) == 300 * MIB
    assert ram(run(KVM)) - ram(run(BOOT)) == 20 * MIB
    assert ram(run(EMULATED)) - ram(run(BOOT)) == 60 * MIB


def test_memory_of_a_machine_is_that_of_its_guest_and_the_monitors() -> None:
    one, three = run([*KVM, app_vm(1)]), run([*KVM, app_vm(3)])
    guest = (77 + 40 + 200 + 100 + 10) * MIB + figure("vmm_memory")
    assert ram(one) - ram(run(KVM)) == guest
    assert ram(three) - ram(run(KVM)) == 3 * guest


def test_an_idle_guest_takes_what_was_measured() -> None:
    bare_system = {"systems": {"linux": {"services_mib": 0}}}
    with_guest = run([*KVM, vm()], world=bare_system)
    without = run(KVM, world=bare_system)
    taken = ram(with_guest) - ram(without) - figure("vmm_memory")
    assert taken == figure("idle_guest_memory")


def test_guests_have_what_they_are_given_and_no_more() -> None:
    done = run([*KVM, vm(ram_mib=200)])
    panic = events(done, "boot_services")[-1]
    assert panic.actor == "linux-2"
    assert panic.detail["log"].startswith("Kernel panic")
    assert done.observation["machines"]["server"]["children"][0]["state"] == "running"


def test_no_hardware_virtualization() -> None:
    done = run([*KVM, app_vm(), load("app")], world=NO_VTX)
    assert failures(done)[0] == ("kvm", "create_vm", "ENODEV")
    assert events(done, "create_vm")[0].detail["errno"] == 19
    assert done.metrics["served"] == 0


def test_an_emulator_needs_no_hardware_virtualization() -> None:
    done = run([*EMULATED, app_vm(), load("app")], world=NO_VTX)
    assert failures(done) == []
    assert done.metrics["served"] == 100


def test_a_hypervisor_may_interpret_instead() -> None:
    emulation = [mechanism("vm.assist", "emulation")]
    done = run([*KVM, app_vm(), load("app")], world=NO_VTX, changes=emulation)
    assert (failures(done), done.metrics["served"]) == ([], 100)


def test_no_memory_for_another_machine() -> None:
    small = {"machines": {"server": {"ram_mib": 317 + 20 + 10}}}
    done = run([*KVM, app_vm()], world=small)
    assert failures(done) == [("kvm", "create_vm", "ENOMEM")]


def test_no_memory_for_type_1_itself() -> None:
    small = {"machines": {"server": {"ram_mib": 200}}}
    done = run([*BARE, app_vm()], world=small)
    assert [(actor, action) for actor, action, _ in failures(done)] == [
        ("bare", "start"),
        ("server", "start_vm"),
    ]
    assert done.observation["software"]["bare"]["state"] == "dead"


def test_a_system_for_another_processor_does_not_boot_in_a_machine() -> None:
    other = {"family": "linux", "version": "6.1", "arch": "aarch64"}
    done = run([*KVM, vm(system="arm")], world={"systems": {"arm": other}})
    assert failures(done) == [
        ("guest-1", "boot", "No bootable device: aarch64 code on a x86_64 machine")
    ]


def test_guests_run_nearly_as_fast_as_the_processor() -> None:
    calm = {"programs": {"app": {"operations": 0}}}
    native = run([*BOOT, install("app"), execute("app"), load("app")], world=calm)
    guest = run([*KVM, app_vm(), load("app")], world=calm)
    emulated = run([*EMULATED, app_vm(), load("app")], world=calm)
    base = native.metrics["request_ns"]["app"]
    assert base == 200_000
    assert guest.metrics["request_ns"]["app"] / base == pytest.approx(1.01)
    assert emulated.metrics["request_ns"]["app"] / base == pytest.approx(15.0)


def test_an_operation_costs_most_under_type_2() -> None:
    native = run([*BOOT, install("app"), execute("app"), load("app")])
    base = native.metrics["request_ns"]["app"]
    type_1, type_2 = request_ns(BARE), request_ns(KVM)
    assert base == 200_000 + 10 * figure("system_call")
    assert base < type_1 < type_2


def test_exit_costs_are_those_that_were_measured() -> None:
    call = figure("system_call") * figure("assisted_cpu") // 1000
    cpu = 200 * figure("assisted_cpu")
    in_kernel = figure("exit_in_kernel")
    to_user = figure("exit_to_user") + figure("system_call") + figure("context_switch")
    assert request_ns(BARE) // 10 == (cpu + 10 * (call + in_kernel)) // 10
    assert request_ns(KVM) // 10 == (cpu + 10 * (call + to_user)) // 10


def test_direct_devices_cost_no_exits_and_no_monitors_memory() -> None:
    direct = [mechanism("vm.devices", "passthrough")]
    plan = [*KVM, app_vm(), load("app")]
    emulated, passed = run(plan), run(plan, changes=direct)
    assert (emulated.metrics["exits"], passed.metrics["exits"]) == (1000, 0)
    assert ram(emulated) - ram(passed) == figure("vmm_memory")
    assert passed.metrics["request_ns"]["app"] < emulated.metrics["request_ns"]["app"]


def test_an_emulators_guest_never_exits() -> None:
    assert run([*EMULATED, app_vm(), load("app")]).metrics["exits"] == 0


def test_machines_boot_beside_each_other() -> None:
    one, four = run([*KVM, app_vm(1)]), run([*KVM, app_vm(4)])
    assert four.metrics["duration_us"] < 1.1 * one.metrics["duration_us"]


def test_machines_share_the_cores_of_the_server() -> None:
    plan = [*KVM, app_vm(8), load("app", 1000)]
    few, many = (
        run(plan, world={"machines": {"server": {"cores": cores}}}) for cores in (1, 8)
    )
    ratio = few.metrics["request_ns"]["app"] / many.metrics["request_ns"]["app"]
    assert ratio == pytest.approx(8, rel=0.01)


def test_names_go_on_counting() -> None:
    done = run([*KVM, vm(2), vm(1), vm(1, name="other")])
    created = [e.detail["target"] for e in events(done, "create_vm")]
    assert created == ["guest-1", "guest-2", "guest-3", "other-1"]


def test_a_guest_offers_no_virtualization_to_its_own_guests() -> None:
    done = run([*KVM, vm(), install("kvm", "guest"), vm(name="inner", on="guest")])
    assert failures(done) == [("kvm", "create_vm", "ENODEV")]


def test_an_emulator_in_a_guest_counts_the_systems_below() -> None:
    plan = [*KVM, vm(), install("emulator", "guest"), vm(name="inner", on="guest")]
    done = run([*plan, install("docker", "inner")])
    assert failures(done) == []
    software = done.observation["software"]
    below = {name: software[name]["systems_below"] for name in ("kvm", "emulator")}
    assert below == {"kvm": 1, "emulator": 2}
    assert software["docker"] == {
        "state": "running",
        "stands_on": "linux",
        "systems_below": 3,
        "hypervisors_below": 2,
    }


def test_an_engine_in_a_guest_of_type_1_stands_on_one_system() -> None:
    done = run([*BARE, vm(), install("docker", "guest")])
    assert done.observation["software"]["docker"]["systems_below"] == 1


def test_machines_need_a_hypervisor() -> None:
    for plan in (BOOT, ENGINE):
        done = run([*plan, vm()])
        assert failures(done) == [
            ("server", "start_vm", "no hypervisor is running here")
        ]
        assert events(done, "start_vm", actor="server")[0].cause == max(
            e.seq for e in events(done, "boot_services")
        )
