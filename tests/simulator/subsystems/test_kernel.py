"""Kernels: boot stage by stage, execve, system calls, memory of processes."""

import pytest

from simulator.calibration import figure
from simulator.subsystems.systems import FIRMWARE_SHARE, STAGES
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    app_vm,
    box,
    events,
    execute,
    failures,
    install,
    load,
    mechanism,
    power_on,
    ram,
    register,
    run,
)

MIB = 1024


def test_the_stages_are_one_whole() -> None:
    assert FIRMWARE_SHARE + sum(share for _, share, _ in STAGES) == 1000
    assert [stage for stage, _, _ in STAGES] == [
        "boot_loader",
        "kernel",
        "drivers",
        "init",
        "services",
    ]


def test_boot_stages_in_order_each_caused_by_the_one_before() -> None:
    done = run(BOOT)
    stages = [e for e in done.events if e.action.startswith("boot_")]
    post = events(done, "power_on_self_test")[0]
    assert [e.action for e in stages] == [f"boot_{stage}" for stage, _, _ in STAGES]
    assert [e.cause for e in stages] == [post.seq, *(e.seq for e in stages[:-1])]
    assert [e.detail["ram_kib"] // MIB for e in stages] == [0, 77, 40, 0, 200]
    assert [e.time for e in stages] == sorted({e.time for e in stages})


def test_a_boot_takes_what_was_calibrated() -> None:
    took = events(run(BOOT), "boot_services")[0].time
    assert took == pytest.approx(figure("guest_boot"), rel=0.03)


def test_a_micro_system_boots_much_faster() -> None:
    done = run(BOOT, world={"systems": {"linux": {"boot": "micro"}}})
    post = events(done, "power_on_self_test")[0]
    took = events(done, "boot_services")[0].time - post.time
    system = figure("microvm_boot") * (1000 - FIRMWARE_SHARE) // 1000
    assert took == pytest.approx(system, rel=0.03)


def test_a_running_kernel_has_its_memory() -> None:
    assert ram(run(BOOT)) == (77 + 40 + 200) * MIB


@pytest.mark.parametrize(
    ("ram_mib", "stage", "wanted"),
    [(76, "boot_kernel", 77), (116, "boot_drivers", 40), (316, "boot_services", 200)],
)
def test_a_kernel_panics_where_memory_ends(
    ram_mib: int, stage: str, wanted: int
) -> None:
    done = run(
        [*BOOT, install("app"), execute("app"), load("app")],
        world={"machines": {"server": {"ram_mib": ram_mib}}},
    )
    panic = events(done, stage)[0]
    free = ram_mib - {76: 0, 116: 77, 316: 117}[ram_mib]
    assert panic.detail["log"] == (
        "Kernel panic - not syncing: out of memory "
        f"(server: {wanted * MIB} KiB wanted, {free * MIB} KiB free)"
    )
    assert [(actor, action) for actor, action, _ in failures(done)] == [
        ("linux-1", stage),
        ("server", "exec"),
        ("app", "serve"),
    ]
    assert done.metrics["kernels"] == 0
    assert done.observation["machines"]["server"]["children"][0]["state"] == "dead"


def test_nothing_runs_on_a_dead_kernel_and_the_panic_is_the_cause() -> None:
    done = run(
        [*BOOT, execute("app")],
        world={"machines": {"server": {"ram_mib": 100}}},
    )
    panic = events(done, "boot_drivers")[0]
    assert events(done, "exec", actor="server")[0].cause == panic.seq


def test_a_program_runs_and_its_memory_is_counted() -> None:
    done = run([*BOOT, install("app"), execute("app")])
    started = events(done, "execve")[0]
    assert started.outcome == "ok"
    assert dict(started.detail) == {
        "target": "/srv/app",
        "pid": 2,
        "loader": "elf",
        "place": "server",
    }
    assert ram(done) - ram(run(BOOT)) == (100 + 10) * MIB
    assert done.observation["programs"]["app"] == {
        "attempts": 1,
        "errno_name": "",
        "loader": "elf",
        "exit_status": None,
        "running": 1,
        "places": ["server"],
        "served": 0,
    }


def test_a_second_process_shares_the_pages_of_the_file() -> None:
    plan = [*BOOT, install("app"), execute("app")]
    one, two = run(plan), run([*plan, execute("app")])
    assert ram(two) - ram(one) == 100 * MIB


def test_without_page_sharing_each_process_has_its_own() -> None:
    plan = [*BOOT, install("app"), execute("app")]
    off = [mechanism("kernel.page_sharing", "off")]
    one, two = run(plan, changes=off), run([*plan, execute("app")], changes=off)
    assert ram(two) - ram(one) == (100 + 10) * MIB


def test_an_interpreter_and_its_program_both_take_memory() -> None:
    done = run([*BOOT, install("sh"), install("script"), execute("script")])
    assert events(done, "execve")[0].detail["loader"] == "script"
    assert ram(done) - ram(run(BOOT)) == (2 + 1 + 1) * MIB


def test_no_memory_for_a_process() -> None:
    done = run(
        [*BOOT, install("app"), execute("app")],
        world={"machines": {"server": {"ram_mib": 400}}},
    )
    killed, ended = (event for event in done.events if event.outcome == "failed")
    assert (killed.action, ended.action) == ("oom_kill", "exit")
    assert killed.cause == events(done, "execve")[0].seq
    assert (ended.cause, ended.detail["exit_status"]) == (killed.seq, 137)
    assert ram(done) == 317 * MIB


@pytest.mark.parametrize("ram_mib", [400, 317 + 100])
def test_no_memory_for_a_process_of_a_kernel_that_promises_less(ram_mib: int) -> None:
    done = run(
        [*BOOT, install("app"), execute("app")],
        world={"machines": {"server": {"ram_mib": ram_mib}}},
        changes=[mechanism("kernel.overcommit", "never")],
    )
    free = (ram_mib - 317) * MIB
    if free >= 100 * MIB:
        assert failures(done) == [
            ("linux-1", "oom_kill", events(done, "oom_kill")[0].detail["log"]),
            ("linux-1", "exit", "Killed"),
        ]
        return
    assert failures(done) == [("linux-1", "execve", "ENOMEM")]
    assert events(done, "execve")[0].detail["log"] == (
        f"server: {100 * MIB} KiB wanted, {free} KiB free"
    )


def test_what_could_never_fit_is_refused_at_once() -> None:
    done = run(
        [*BOOT, install("app"), execute("app")],
        world={
            "machines": {"server": {"ram_mib": 400}},
            "programs": {"app": {"ram_mib": 401}},
        },
    )
    assert failures(done) == [("linux-1", "execve", "ENOMEM")]


def test_no_memory_for_the_pages_gives_back_the_rest() -> None:
    done = run(
        [*BOOT, install("app"), execute("app")],
        world={"machines": {"server": {"ram_mib": 317 + 105}}},
    )
    assert [action for _, action, _ in failures(done)] == ["oom_kill", "exit"]
    assert ram(done) == 317 * MIB
    assert done.metrics["processes"] == 0


@pytest.mark.parametrize(
    ("program", "changes", "errno_name"),
    [
        ("exe", {}, "ENOEXEC"),
        ("app", {"arch": "aarch64"}, "ENOEXEC"),
        ("app", {"executable": False}, "EACCES"),
        ("script", {}, "ENOENT"),
    ],
)
def test_errors_of_execve(
    program: str, changes: dict[str, object], errno_name: str
) -> None:
    done = run(
        [*BOOT, install(program), execute(program)],
        world={"programs": {program: changes}},
    )
    assert failures(done) == [("linux-1", "execve", errno_name)]
    assert done.observation["programs"][program] == {
        "attempts": 1,
        "errno_name": errno_name,
        "loader": "",
        "exit_status": None,
        "running": 0,
        "places": [],
        "served": 0,
    }


def test_a_program_that_was_not_installed_is_not_there() -> None:
    assert failures(run([*BOOT, execute("app")])) == [("linux-1", "execve", "ENOENT")]


def test_a_call_that_the_kernel_is_too_old_for() -> None:
    world = {
        "systems": {"linux": {"version": "4.19"}},
        "programs": {"app": {"calls": ["io_uring_setup"]}},
    }
    done = run([*BOOT, install("app"), execute("app"), load("app")], world=world)
    call, ended = events(done, "system_call")[0], events(done, "exit")[0]
    started = events(done, "execve")[0]
    assert (call.detail["errno_name"], call.detail["errno"]) == ("ENOSYS", 38)
    assert call.detail["log"] == "io_uring_setup came with linux 5.1, this is 4.19"
    assert (ended.detail["exit_status"], ended.detail["signal"]) == (134, "SIGABRT")
    assert [started.seq, call.seq] == [call.cause, ended.cause]
    assert done.observation["programs"]["app"]["errno_name"] == "ENOSYS"
    assert done.observation["programs"]["app"]["exit_status"] == 134
    assert done.metrics["served"] == 0


def test_the_same_program_on_a_newer_kernel() -> None:
    world = {"programs": {"app": {"calls": ["io_uring_setup"]}}}
    done = run([*BOOT, install("app"), execute("app"), load("app")], world=world)
    assert failures(done) == []
    assert done.metrics["served"] == 100


def test_an_ended_process_gives_its_memory_back() -> None:
    world = {"programs": {"app": {"calls": ["NtCreateFile"]}}}
    done = run([*BOOT, install("app"), execute("app")], world=world)
    assert ram(done) == (317 + 10) * MIB
    assert done.metrics["processes"] == 0
    kernel = done.observation["machines"]["server"]["children"][0]
    assert [(c["kind"], c["state"]) for c in kernel["children"]] == [
        ("process", "exited")
    ]


def test_with_a_loader_and_libraries_the_system_calls_decide() -> None:
    plan = [
        *BOOT,
        install("exe"),
        {"install_libraries": {"name": "windows-libraries", "on": "server"}},
        execute("exe"),
    ]
    loaders = {"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}
    done = run(plan, mechanisms=loaders)
    assert failures(done) == [
        ("linux-1", "system_call", "ENOSYS"),
        ("linux-1", "exit", "cannot go on without it"),
    ]
    served = run(plan, mechanisms={**loaders, "kernel.linux.abi": ["linux", "nt"]})
    assert failures(served) == []


def test_wine_runs_a_windows_program() -> None:
    plan = [*BOOT, install("exe"), install("wine"), register(), execute("exe")]
    done = run([*plan, load("exe")])
    assert failures(done) == []
    assert events(done, "execve")[0].detail["loader"] == "misc"
    assert ram(done) - ram(run(BOOT)) == (40 + 30) * MIB
    assert events(done, "serve")[0].detail["binary"] == "wine"


def test_an_interpreter_that_cannot_read_the_file_ends_with_an_error() -> None:
    done = run([*BOOT, install("exe"), install("sh"), register("sh"), execute("exe")])
    assert failures(done) == [
        (
            "linux-1",
            "exit",
            "/srv/app.exe: not a format that this interpreter reads",
        )
    ]
    assert done.observation["programs"]["exe"]["exit_status"] == 1
    assert done.observation["programs"]["exe"]["loader"] == "misc"


def test_windows_runs_windows_programs_only() -> None:
    plan = [install("windows"), power_on(), install("exe"), install("app")]
    done = run([*plan, execute("exe"), execute("app")])
    assert failures(done) == [("nt-1", "execve", "ENOEXEC")]
    assert done.observation["programs"]["exe"]["running"] == 1


def test_darwin_runs_mach_o() -> None:
    tool = {"path": "/bin/tool", "format": "mach-o"}
    done = run(
        [install("mac"), power_on(), install("tool"), execute("tool")],
        world={"programs": {"tool": tool}},
    )
    assert failures(done) == []
    assert events(done, "execve")[0].actor == "darwin-1"


def test_kernels_are_numbered_by_family() -> None:
    done = run(
        [
            *BOOT,
            install("kvm"),
            app_vm(2),
            {
                "start_vm": {
                    "name": "win",
                    "on": "server",
                    "system": "windows",
                    "ram_mib": 2048,
                }
            },
        ]
    )
    actors = {e.actor for e in events(done, "boot_services")}
    assert actors == {"linux-1", "linux-2", "linux-3", "nt-1"}


def test_fork_and_exec_take_what_was_measured() -> None:
    done = run([*BOOT, install("app"), execute("app")])
    asked = events(done, "exec")[0]
    assert events(done, "execve")[0].time - asked.time == figure("fork_exec")


def test_containers_make_the_calls_of_the_kernel_that_they_share() -> None:
    world = {
        "systems": {"linux": {"version": "4.19"}},
        "programs": {"app": {"calls": ["io_uring_setup"]}},
    }
    done = run([*ENGINE, box()], world=world)
    assert [event.actor for event in events(done, "system_call")] == ["linux-1"]
    assert done.observation["programs"]["app"]["errno_name"] == "ENOSYS"
