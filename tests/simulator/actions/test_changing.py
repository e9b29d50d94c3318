"""Verbs that change what is on a machine."""

from typing import Any

import pytest

from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    Step,
    box,
    events,
    execute,
    failures,
    install,
    merged,
    power_on,
    register,
    run,
    vm,
)

NO_SYSTEM = "no operating system is running here that could do it"


def libraries(on: str = "server", name: str = "wine-libraries") -> dict[str, object]:
    return {"install_libraries": {"name": name, "on": on}}


def executable(program: str = "app", on: str = "server") -> dict[str, object]:
    return {"make_executable": {"program": program, "on": on}}


def test_installing_a_program_writes_its_file() -> None:
    written = events(run([*BOOT, install("app")]), "write_file")[0]
    assert (written.actor, written.detail["target"], written.cause) == (
        "linux-1",
        "/srv/app",
        events(run([*BOOT, install("app")]), "install")[-1].seq,
    )


@pytest.mark.parametrize("what", ["kvm", "docker", "emulator"])
def test_installing_a_service_starts_it(what: str) -> None:
    done = run([*BOOT, install(what)])
    started = events(done, "start", actor=what)[0]
    assert (started.outcome, started.detail["target"]) == ("ok", "linux-1")
    assert started.cause == events(done, "execve")[0].seq
    assert events(done, "execve")[0].detail["place"] == "server"


def test_a_service_that_cannot_start_is_not_there() -> None:
    world = {"hypervisors": {"kvm": {"format": "pe"}}}
    done = run([*KVM, vm()], world=world)
    assert failures(done) == [
        ("linux-1", "execve", "ENOEXEC"),
        ("server", "start_vm", "no hypervisor is running here"),
    ]
    assert done.observation["software"]["kvm"]["state"] == "absent"


def test_a_hypervisor_for_windows_starts_on_windows() -> None:
    world = {"hypervisors": {"kvm": {"format": "pe"}}}
    done = run([install("windows"), power_on(), install("kvm")], world=world)
    assert failures(done) == []
    assert done.observation["software"]["kvm"]["stands_on"] == "nt"


def test_a_system_does_not_install_over_a_running_one() -> None:
    done = run([*BOOT, install("windows")])
    assert [(actor, action) for actor, action, _ in failures(done)] == [
        ("linux-1", "install")
    ]
    assert events(done, "install", actor="linux-1")[0].detail["target"] == "windows"


def test_installing_goes_to_every_member_of_a_group() -> None:
    done = run([*KVM, vm(2), install("app", "guest"), execute("app", "guest")])
    assert failures(done) == []
    assert [e.actor for e in events(done, "write_file")] == ["linux-2", "linux-3"]


def test_a_group_that_was_never_started() -> None:
    started = [*KVM, vm()]
    plan = [*BOOT, install("app", "guest")]
    spec = {"arms": {"a": {"label": "a", "plan": plan}, "b": {"label": "b"}}}
    spec["arms"]["b"]["plan"] = started
    done = run(plan, arms=spec["arms"])
    assert failures(done) == [("guest", "find", "nothing called guest is there")]


def test_nothing_installs_on_a_guest_that_did_not_boot() -> None:
    done = run([*KVM, vm(ram_mib=10), install("app", "guest")])
    assert failures(done)[1:] == [("guest-1", "install", NO_SYSTEM)]
    panic = events(done, "boot_kernel")[-1]
    assert events(done, "install", actor="guest-1")[0].cause == panic.seq


def test_nothing_installs_in_a_container_whose_kernel_is_gone() -> None:
    panic = {"kernel_bug": {"on": "server"}}
    done = run([*ENGINE, box(), panic, install("exe", "box"), install("kvm", "box")])
    assert failures(done)[2:] == [("box-1", "install", NO_SYSTEM)] * 2


def test_libraries_are_what_a_program_was_missing() -> None:
    plan = [*ENGINE, box(), install("exe", "box"), execute("exe", "box")]
    plan += [libraries("box", "wine-libraries"), execute("exe", "box")]
    done = run(plan, mechanisms={"kernel.linux.loaders": ["elf", "pe"]})
    assert failures(done) == [("linux-1", "execve", "ENOENT")]
    assert done.observation["programs"]["exe"]["running"] == 1
    assert events(done, "write_file")[-1].detail["target"] == "wine-libraries"


def test_permission_is_what_a_program_was_missing() -> None:
    world = {"programs": {"app": {"executable": False}}}
    done = run(
        [*BOOT, install("app"), execute("app"), executable(), execute("app")],
        world=world,
    )
    assert failures(done) == [("linux-1", "execve", "EACCES")]
    changed = events(done, "chmod")[0]
    assert (changed.detail["target"], changed.detail["mode"]) == ("/srv/app", "+x")
    assert done.observation["programs"]["app"]["running"] == 1


def test_permission_of_a_file_that_is_not_there() -> None:
    done = run([*BOOT, executable()])
    assert failures(done) == [("linux-1", "chmod", "ENOENT")]
    assert events(done, "chmod")[0].detail["log"] == "/srv/app: no such file"


@pytest.mark.parametrize(
    ("step", "action"),
    [
        (libraries(), "install_libraries"),
        (executable(), "chmod"),
        (register(), "register_format"),
        (execute("app"), "exec"),
    ],
)
def test_without_a_system_nothing_changes(step: dict[str, object], action: str) -> None:
    assert failures(run([step])) == [("server", action, NO_SYSTEM)]


def test_registering_a_format() -> None:
    done = run([*BOOT, install("wine"), register()])
    assert dict(events(done, "register_format")[-1].detail) == {
        "target": "dos",
        "format": "pe",
        "interpreter": "/usr/bin/wine",
    }


def test_registering_a_format_whose_interpreter_comes_later() -> None:
    plan = [*BOOT, install("exe"), register(), install("wine"), execute("exe")]
    assert failures(run(plan)) == []


def test_flag_f_opens_the_interpreter_at_once() -> None:
    done = run([*BOOT, install("exe"), register(open_now=True), execute("exe")])
    assert failures(done) == [
        ("linux-1", "register_format", "ENOENT"),
        ("linux-1", "execve", "ENOEXEC"),
    ]


@pytest.mark.parametrize(("open_now", "failed"), [(True, []), (False, ["ENOENT"])])
def test_flag_f_reaches_into_containers(open_now: bool, failed: list[str]) -> None:
    plan = [
        *ENGINE,
        install("wine"),
        register(open_now=open_now),
        box(image="exe_image", run="exe"),
    ]
    assert [errno for _, _, errno in failures(run(plan))] == failed


MAPPED = {"uid_map": [{"inside": 0, "outside": 100_000, "count": 65_536}]}
NEW = {"systems": {"linux": {"version": "6.8"}}}


def inside(**rights: Any) -> list[Step]:
    """A container with a Windows program and Wine, where one registers for itself."""
    files = [install("wine", "box"), install("exe", "box"), install("exe")]
    return [
        *(*ENGINE, box(**rights), *files, install("wine")),
        *(register(on="box", in_namespace=True), execute("exe", "box")),
    ]


def test_a_user_namespace_has_formats_of_its_own_from_linux_6_7() -> None:
    plan = [*inside(**MAPPED, cap_add=["SYS_ADMIN"]), execute("exe")]
    done = run(plan, world=NEW)
    assert failures(done) == [("linux-1", "execve", "ENOEXEC")]
    again = run([*plan, register(on="box", in_namespace=True)], world=NEW)
    assert len(events(again, "register_format", actor="linux-1")) == 2


def test_what_the_host_registers_does_not_hold_where_there_is_a_table() -> None:
    own = inside(**MAPPED, cap_add=["SYS_ADMIN"])
    arm = register(name="arm", format="elf", arch="aarch64")
    world = merged(NEW, {"programs": {"exe": {"format": "elf", "arch": "aarch64"}}})
    done = run([*own, arm, execute("exe", "box")], world=world)
    assert [errno for _, _, errno in failures(done)] == ["ENOEXEC", "ENOEXEC"]


@pytest.mark.parametrize(
    ("version", "rights", "said"),
    [
        ("6.6", {"cap_add": ["SYS_ADMIN"]}, "this kernel has one table for all"),
        ("6.8", {}, "must be superuser to use mount"),
    ],
)
def test_not_everybody_can_have_formats_of_their_own(
    version: str, rights: dict[str, Any], said: str
) -> None:
    done = run(
        inside(**MAPPED, **rights), world={"systems": {"linux": {"version": version}}}
    )
    refused = events(done, "register_format", outcome="failed")[0]
    assert refused.detail["errno_name"] == "EPERM"
    assert refused.detail["log"].endswith(said)
    assert failures(done)[-1] == ("linux-1", "execve", "ENOEXEC")


@pytest.mark.parametrize("place", ["server", "box"])
def test_who_is_in_the_first_namespace_registers_for_all(place: str) -> None:
    plan = [*ENGINE, box(privileged=True), install("wine"), install("exe")]
    plan += [install("wine", "box"), register(on=place, in_namespace=True)]
    assert failures(run([*plan, execute("exe")])) == []


def test_windows_has_nothing_to_register_formats_with() -> None:
    done = run([install("windows"), power_on(), register("wine")])
    assert failures(done) == [
        (
            "nt-1",
            "register_format",
            "this kernel has no loader that formats can be registered with",
        )
    ]


def test_registering_in_a_guest_does_not_reach_its_host() -> None:
    plan = [*KVM, vm(), install("wine"), install("exe"), register(on="guest")]
    done = run([*plan, execute("exe")])
    assert failures(done) == [("linux-1", "execve", "ENOEXEC")]


def test_waiting_lets_time_pass() -> None:
    before = run([*BOOT]).metrics["duration_us"]
    after = run([*BOOT, {"wait": {"seconds": 90}}]).metrics["duration_us"]
    assert after - before == 90_000_000
