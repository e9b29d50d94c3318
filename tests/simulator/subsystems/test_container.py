"""Containers: processes of the host's kernel with a view and a budget."""

import pytest

from simulator.calibration import figure
from simulator.subsystems.container import Container
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    events,
    execute,
    failures,
    install,
    live,
    load,
    mechanism,
    power_on,
    ram,
    run,
    vm,
)

MIB = 1024
OWN = mechanism("container.kernel", "own")
COPIED = mechanism("container.layers", "copied")


def test_stages_of_a_start() -> None:
    done = run([*ENGINE, box()])
    stages = [e for e in done.events if e.actor == "docker" and e.action != "start"]
    assert [e.action for e in stages] == [
        "image_present",
        "namespaces",
        "cgroup",
        "mount_root",
    ]
    assert [e.cause for e in stages[1:]] == [e.seq for e in stages[:-1]]
    assert events(done, "execve", place="box-1")[0].cause == stages[-1].seq


def test_a_start_takes_what_was_measured() -> None:
    done = run([*ENGINE, box()])
    asked = events(done, "start_container")[0]
    image = events(done, "image_present")[0]
    started = events(done, "execve", place="box-1")[0]
    assert started.time - image.time == figure("container_runtime")
    assert started.time - asked.time == pytest.approx(
        figure("container_start"), rel=0.05
    )


def test_a_container_starts_hundreds_of_times_faster_than_a_guest() -> None:
    container = run([*ENGINE, box()])
    guest = run([*BOOT, install("kvm"), vm(programs=["app"], run="app")])
    took = [
        events(done, "execve", target="/srv/app")[0].time - events(done, asked)[0].time
        for done, asked in ((container, "start_container"), (guest, "start_vm"))
    ]
    assert took[1] > 400 * took[0]


def test_containers_run_on_the_hosts_kernel() -> None:
    done = run([*ENGINE, box(3)])
    assert failures(done) == []
    assert done.metrics["kernels"] == 1
    assert {e.actor for e in events(done, "execve")} == {"linux-1"}


def test_memory_of_a_container() -> None:
    one, three = run([*ENGINE, box(1)]), run([*ENGINE, box(3)])
    assert ram(run(ENGINE)) - ram(run(BOOT)) == 60 * MIB
    assert ram(one) - ram(run(ENGINE)) == 110 * MIB + figure("container_memory")
    assert ram(three) - ram(one) == 2 * (100 * MIB + figure("container_memory"))


def test_containers_of_one_image_share_pages_unless_layers_are_copied() -> None:
    shared, copied = run([*ENGINE, box(3)]), run([*ENGINE, box(3)], changes=[COPIED])
    assert ram(copied) - ram(shared) == 2 * 10 * MIB
    assert shared.metrics["image_disk_kib"] == 200 * MIB
    assert copied.metrics["image_disk_kib"] == 3 * 200 * MIB


def test_two_images_are_two_on_the_disk() -> None:
    done = run([*ENGINE, box(2), box(1, name="other", image="exe_image", run="exe")])
    assert done.metrics["image_disk_kib"] == (200 + 300) * MIB


def test_a_container_holds_no_kernel_so_its_program_meets_the_hosts() -> None:
    done = run([*ENGINE, box(image="exe_image", run="exe")])
    assert failures(done) == [("linux-1", "execve", "ENOEXEC")]
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    assert [(c["name"], c["state"], c["kernel"]) for c in engine["children"]] == [
        ("box-1", "exited", "linux-1")
    ]


def test_a_container_sees_its_image_and_not_the_hosts_files() -> None:
    done = run([*ENGINE, install("sh"), box(run="sh")])
    assert failures(done) == [("linux-1", "execve", "ENOENT")]


def test_the_host_does_not_see_the_containers_files() -> None:
    done = run([*ENGINE, box(), execute("app")])
    assert failures(done) == [("linux-1", "execve", "ENOENT")]


def test_an_image_without_libraries() -> None:
    bare = {"images": {"app_image": {"libraries": []}}}
    done = run([*ENGINE, box()], world=bare)
    assert failures(done) == [("linux-1", "execve", "ENOENT")]


def test_an_image_for_another_processor() -> None:
    world = {"images": {"app_image": {"arch": "aarch64"}}}
    lying = run([*ENGINE, box()], world=world)
    said = events(lying, "image_present")[0].detail["log"]
    assert said == (
        "The requested image's platform (linux/arm64) does not match the"
        " detected host platform (linux/amd64)"
    )
    assert failures(lying) == []
    honest = {**world, "programs": {"app": {"arch": "aarch64"}}}
    done = run([*ENGINE, box()], world=honest)
    assert failures(done) == [("linux-1", "execve", "ENOEXEC")]
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    assert [child["state"] for child in engine["children"]] == ["exited"]


def test_no_memory_for_a_container() -> None:
    small = {"machines": {"server": {"ram_mib": 317 + 60}}}
    done = run([*ENGINE, box()], world=small)
    assert failures(done) == [("docker", "namespaces", "ENOMEM")]
    assert events(done, "namespaces")[0].detail["errno"] == 12


def test_without_limits_there_is_no_cgroup() -> None:
    plan = [*ENGINE, box()]
    done = run(plan, changes=[mechanism("container.limits", "off")])
    assert events(done, "cgroup") == []
    image, started = events(done, "image_present")[0], events(done, "execve")[-1]
    rest = figure("container_runtime") - figure("namespaces") - figure("fork_exec")
    assert started.time - image.time == figure("container_runtime") - rest // 3


def test_a_bridge_costs_two_system_calls_for_each_operation() -> None:
    plan = [*ENGINE, box(), load("app")]
    bridge = run(plan).metrics["request_ns"]["app"]
    host = run(plan, changes=[mechanism("container.network", "host")])
    native = run([*BOOT, install("app"), execute("app"), load("app")])
    assert host.metrics["request_ns"] == native.metrics["request_ns"]
    assert bridge - host.metrics["request_ns"]["app"] == 10 * 2 * figure("system_call")


def test_a_kernel_for_each_container() -> None:
    done = run([*ENGINE, box(2)], changes=[OWN])
    assert failures(done) == []
    assert done.metrics["kernels"] == 3
    guest = (77 + 40 + 200 + 100 + 10) * MIB + figure("vmm_memory")
    assert ram(done) - ram(run(ENGINE)) == 2 * guest
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    inside = [child["children"][0] for child in engine["children"]]
    assert [(c["kind"], c["name"]) for c in inside] == [
        ("vm", "box-1-vm"),
        ("vm", "box-2-vm"),
    ]
    assert [c["kernel"] for c in engine["children"]] == ["linux-2", "linux-3"]
    assert inside[0]["children"][0]["children"][0]["name"] == "app"


def test_a_kernel_of_its_own_takes_a_boot() -> None:
    shared, own = run([*ENGINE, box()]), run([*ENGINE, box()], changes=[OWN])
    more = own.metrics["duration_us"] - shared.metrics["duration_us"]
    assert more == pytest.approx(figure("guest_boot"), rel=0.05)


def test_a_kernel_of_its_own_needs_a_system_to_boot() -> None:
    spec = {"engines": {"plain": {"ram_mib": 60}}}
    plan = [*BOOT, install("plain"), box()]
    done = run(plan, world=spec, changes=[OWN])
    assert failures(done) == [
        (
            "plain",
            "create_vm",
            "this engine has no system to boot for a container",
        )
    ]


def test_a_kernel_of_its_own_needs_hardware_virtualization() -> None:
    world = {"machines": {"server": {"virtualization": False}}}
    done = run([*ENGINE, box(), execute("app", "box")], world=world, changes=[OWN])
    assert failures(done)[0] == ("docker", "create_vm", "ENODEV")
    refused = events(done, "create_vm")[0]
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    assert [child["state"] for child in engine["children"]] == ["failed"]
    assert refused.cause == events(done, "image_present")[0].seq


def test_a_kernel_of_its_own_is_not_swapped_out() -> None:
    world = {
        "machines": {"server": {"ram_mib": 700}},
        "systems": {"linux": {"swap_mib": 1000}},
    }
    done = run([*ENGINE, box()], world=world, changes=[OWN])
    assert [e.detail["target"] for e in events(done, "oom_kill")] == ["box-1-vm"]
    assert done.metrics["swapped_kib"] == 60 * MIB


def test_with_the_host_a_kernel_of_its_own_is_gone() -> None:
    plan = [*ENGINE, box(), {"crash": {"on": "server"}}]
    world = live(plan, mechanisms={"container.kernel": "own"})
    (container,) = world.places["box"]
    assert isinstance(container, Container)
    assert container.machine is not None
    assert (container.state, container.kernel.state) == ("dead", "dead")
    assert container.machine.state == "off"


@pytest.mark.parametrize("ram_mib", [700, 500])
def test_a_kernel_of_its_own_may_not_fit(ram_mib: int) -> None:
    world = {"machines": {"server": {"ram_mib": ram_mib}}}
    done = run([*ENGINE, box()], world=world, changes=[OWN])
    killed = events(done, "oom_kill")[0]
    assert failures(done) == [("linux-1", "oom_kill", killed.detail["log"])]
    assert killed.detail["target"] == "box-1-vm"
    assert events(done, "execve", target="/srv/app") == []


def test_a_system_of_another_processor_does_not_boot_for_a_container() -> None:
    arm = {"family": "linux", "version": "6.1", "arch": "aarch64"}
    world = {"systems": {"arm": arm}, "engines": {"docker": {"utility": "arm"}}}
    done = run([*ENGINE, box()], world=world, changes=[OWN])
    assert [(actor, action) for actor, action, _ in failures(done)] == [
        ("box-1-vm", "boot")
    ]


def test_an_engine_does_not_start_on_windows() -> None:
    done = run([install("windows"), power_on(), install("docker"), box()])
    assert failures(done) == [
        ("nt-1", "execve", "ENOEXEC"),
        ("server", "start_container", "no container engine is running here"),
    ]


def test_an_engine_needs_namespaces_of_its_kernel() -> None:
    world = {"systems": {"windows": {"libraries": ["glibc"]}}}
    mechanisms = {"kernel.nt.loaders": ["pe", "elf"], "kernel.nt.abi": ["nt", "linux"]}
    plan = [install("windows"), power_on(), install("docker"), box()]
    done = run(plan, world=world, mechanisms=mechanisms)
    assert failures(done) == [
        ("docker", "start", "ENOSYS"),
        ("server", "start_container", "no container engine is running here"),
    ]
    assert done.observation["software"]["docker"]["state"] == "dead"
    log = events(done, "start", actor="docker")[0].detail["log"]
    assert log == "this kernel has no namespaces"


def test_containers_need_an_engine() -> None:
    done = run([*BOOT, box()])
    assert failures(done) == [
        ("server", "start_container", "no container engine is running here")
    ]


@pytest.mark.parametrize("what", ["docker", "kvm", "emulator", "linux"])
def test_a_container_has_no_right_to_start_services(what: str) -> None:
    done = run([*ENGINE, box(), install(what, "box")])
    assert failures(done) == [("box-1", "install", "EPERM")]
    assert events(done, "install")[-1].detail["target"] == what


def test_a_container_starts_no_containers_and_no_machines() -> None:
    done = run([*ENGINE, box(), box(name="inner", on="box"), vm(on="box")])
    assert failures(done) == [
        ("box-1", "start_container", "no container engine is running here"),
        ("box-1", "start_vm", "no hypervisor is running here"),
    ]


def test_programs_can_be_added_to_a_running_container() -> None:
    done = run([*ENGINE, box(), install("sh", "box"), execute("sh", "box")])
    assert failures(done) == []
    assert events(done, "execve", target="/bin/sh")[0].detail["place"] == "box-1"


def test_containers_on_one_image_keep_their_own_files() -> None:
    plan = [*ENGINE, box(1, name="one"), box(1, name="two"), install("sh", "one")]
    done = run([*plan, execute("sh", "two")])
    assert failures(done) == [("linux-1", "execve", "ENOENT")]
