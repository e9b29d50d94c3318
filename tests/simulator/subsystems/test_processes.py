"""Processes: their numbers, their family, what they are."""

from simulator.subsystems.files import Program
from simulator.subsystems.loaders import Image
from simulator.subsystems.namespaces import PidNamespace
from tests.simulator.subsystems.doing import (
    boxes,
    does,
    fork,
    in_box,
    kernel,
    on_host,
    processes,
    spawn,
    step,
)
from tests.simulator.worlds import BOOT, box, events, failures, live


def test_a_process_has_one_number_in_each_namespace_it_is_seen_from() -> None:
    world = in_box(does(spawn()))
    app, child = processes(world)[0], processes(world, "child")[0]
    host, inside = kernel(world).namespaces.pid, app.namespaces.pid
    assert [app.pid_in(host), app.pid_in(inside), app.pid_inside] == [3, 1, 1]
    assert [child.pid_in(host), child.pid_in(inside)] == [4, 2]


def test_it_has_no_number_where_it_cannot_be_seen() -> None:
    world = on_host(does())
    elsewhere = PidNamespace("pid", 1, kernel(world).namespaces.user)
    assert processes(world)[0].pid_in(elsewhere) == 0


def test_the_first_in_a_namespace_is_its_init_and_stays_it() -> None:
    world = in_box(does(spawn()))
    app = processes(world)[0]
    assert app.namespaces.pid.init is app
    assert kernel(world).namespaces.pid.init is kernel(world).init


def test_parents_know_their_children() -> None:
    world = on_host(does(fork(fork()), spawn()))
    first = processes(world)[0]
    assert [child.program.name for child in first.children] == ["app", "child"]
    assert [p.pid for p in first.descendants()] == [3, 4, 5]
    init = kernel(world).init
    assert init is not None
    assert [p.pid for p in init.descendants()] == [2, 3, 4, 5]


def test_a_process_runs_until_it_ends_unless_it_is_stopped() -> None:
    (process,) = processes(on_host(does()))
    seen = {}
    for state in ("running", "stopped", "zombie", "gone"):
        process.state = state
        seen[state] = (process.running, process.alive)
    assert seen == {
        "running": (True, True),
        "stopped": (False, True),
        "zombie": (False, False),
        "gone": (False, False),
    }


def test_its_memory_is_kept_under_its_number_outside() -> None:
    world = in_box(does(ram_mib=3))
    process = processes(world)[0]
    assert process.owner == "pid 3"
    assert world.machines["server"].memory.charges["pid 3"] == 3 * 1024


def test_another_program_brings_its_own_handlers() -> None:
    (process,) = processes(
        on_host(does(signals={"SIGTERM": "exit", "SIGHUP": "ignore"}))
    )
    other = Program(
        "o", "/o", "elf", "x86_64", signals=(("SIGINT", "forward"),), reaps=True
    )
    process.become(Image(other, process.image.runtime, "elf"), ("-v",))
    assert process.handlers == {"SIGHUP": "ignore", "SIGINT": "forward"}
    assert (process.program, process.reaps, process.arguments) == (
        other,
        True,
        ("-v",),
    )


def test_a_script_is_the_program_that_its_process_is() -> None:
    (process,) = processes(on_host(does()))
    script = Program("s", "/s", "script", "x86_64")
    process.become(Image(process.program, process.image.runtime, "script", script), ())
    assert process.program is script


def test_a_cgroup_may_forbid_a_fork() -> None:
    world = in_box(does(fork(), step("exit")), asked=box(limits={"pids_max": 1}))
    refused = events(world, "fork")[0]
    assert refused.cause == events(world, "execve", target="/srv/app")[0].seq
    assert refused.detail["errno_name"] == "EAGAIN"
    assert failures(world) == [("linux-1", "fork", "EAGAIN")]


def test_a_process_that_may_not_fork_goes_on() -> None:
    spec = does(fork(count=2), step("exit", status=3))
    world = in_box(spec, asked=box(limits={"pids_max": 1}))
    first, second = events(world, "fork", errno_name="EAGAIN")
    ended = events(world, "exit")[0]
    assert (second.cause, ended.cause) == (first.seq, second.seq)
    assert ended.detail["exit_status"] == 3


def test_everyone_is_init_and_all_others_that_there_ever_were() -> None:
    world = on_host(does(step("exit")))
    assert [p.pid for p in kernel(world).everyone()] == [1, 2]
    off = live(())
    assert off.kernels == []


def test_a_kernel_that_boots_has_nobody_yet() -> None:
    world = live(BOOT)
    kernel(world).init = None
    assert list(kernel(world).everyone()) == []


def test_boxes_hold_the_process_they_live_as_long_as() -> None:
    world = in_box(does(spawn()))
    assert boxes(world)[0].main is processes(world)[0]
