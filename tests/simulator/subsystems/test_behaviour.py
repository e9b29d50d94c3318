"""What a process does because of its program and its arguments."""

from typing import Any

from simulator.scenario.vocabulary.steps import STEPS as WORDS
from simulator.subsystems.behaviour import STEPS, begin, carry_out, steps_of
from simulator.subsystems.files import Program
from simulator.subsystems.loaders import Image
from simulator.subsystems.processes import Process
from simulator.world import World
from tests.simulator.subsystems.doing import (
    EXIT,
    SLEEP,
    does,
    kernel,
    on_host,
    processes,
    spawn,
    states,
    step,
)
from tests.simulator.worlds import BOOT, events, execute, install, live

LAST = step("exit", status=3)


def run_line(world: World, path: str, *arguments: str) -> Process:
    """Execute a file with arguments, and wait."""
    attempt = []

    def work() -> Any:
        done = yield from kernel(world).execute(path, cause=None, arguments=arguments)
        attempt.append(done)

    world.engine.spawn(work())
    world.engine.run()
    process: Process = attempt[0].process
    return process


def line_world(**shell: Any) -> World:
    spec = does(child=[SLEEP, LAST])
    spec["programs"]["sh"] = {"acts_as": "shell", **shell}
    spec["programs"]["tini"] = {
        "path": "/sbin/tini",
        "format": "elf",
        "acts_as": "init",
        "reaps": True,
    }
    plan = [*BOOT, *(install(name) for name in ("app", "child", "sh", "tini"))]
    return live(plan, world=spec)


def test_every_step_has_a_word_and_every_word_a_step() -> None:
    assert sorted(STEPS) == sorted(WORDS)


def test_a_program_does_its_steps_in_order() -> None:
    world = on_host(does(SLEEP, spawn(), LAST))
    assert [(e.action, e.detail.get("target")) for e in events(world)][-5:] == [
        ("execve", "/srv/app"),
        ("wait", ""),
        ("execve", "/srv/child"),
        ("exit", "/srv/app"),
        ("reparent", "/srv/child"),
    ]


def test_after_its_steps_it_waits_for_requests() -> None:
    assert states(on_host(does(SLEEP))) == ["running"]


def test_repeat_does_steps_over_and_over() -> None:
    world = on_host(does(step("repeat", times=3, steps=[SLEEP]), EXIT))
    began, ended = events(world, "execve")[-1], events(world, "exit")[0]
    assert ended.time - began.time == 3_000_000


def test_repeat_zero_times_does_nothing() -> None:
    world = on_host(does(step("repeat", times=0, steps=[LAST]), EXIT))
    assert events(world, "exit")[0].detail["exit_status"] == 0


def test_repeat_ends_with_the_process() -> None:
    world = on_host(does(step("repeat", times=3, steps=[SLEEP, LAST])))
    assert len(events(world, "exit")) == 1


def test_repeat_ends_with_the_program() -> None:
    steps = [step("exec", program="child")]
    world = on_host(does(step("repeat", times=3, steps=steps), EXIT))
    assert len(events(world, "execve", target="/srv/child")) == 1
    assert states(world, "child") == ["running"]


def test_a_script_does_what_it_says_and_not_what_its_interpreter_does() -> None:
    spec = does()
    spec["programs"]["script"] = {"does": [LAST]}
    spec["programs"]["sh"] = {"does": [step("exit", status=9)]}
    plan = [*BOOT, install("sh"), install("script"), execute("script")]
    world = live([*plan, {"wait": {"seconds": 1}}], world=spec)
    assert [e.detail["exit_status"] for e in events(world, "exit")] == [3]


def test_a_script_that_says_nothing_does_what_its_interpreter_does() -> None:
    spec = does()
    spec["programs"]["sh"] = {"does": [step("exit", status=9)]}
    plan = [*BOOT, install("sh"), install("script"), execute("script")]
    world = live([*plan, {"wait": {"seconds": 1}}], world=spec)
    assert [e.detail["exit_status"] for e in events(world, "exit")] == [9]


class TestShell:
    """``sh -c`` and a line of commands."""

    def test_the_shell_runs_a_command_in_a_child_and_ends_as_it_ends(self) -> None:
        world = line_world()
        shell = run_line(world, "/bin/sh", "-c", "/srv/child")
        (child,) = processes(world, "child")
        assert (child.parent, child.state) == (shell, "gone")
        assert (shell.state, shell.exit_status) == ("gone", 3)

    def test_commands_come_one_after_the_other(self) -> None:
        world = line_world()
        run_line(world, "/bin/sh", "-c", "/srv/child", "/srv/child")
        times = [e.time for e in events(world, "execve", target="/srv/child")]
        assert times[1] - times[0] > 1_000_000

    def test_some_shells_become_their_last_command(self) -> None:
        world = line_world(execs_last=True)
        shell = run_line(world, "/bin/sh", "-c", "/srv/child")
        assert (shell.program.name, shell.exit_status) == ("child", 3)
        assert len(processes(world, "child")) == 1

    def test_but_not_the_ones_before(self) -> None:
        world = line_world(execs_last=True)
        run_line(world, "/bin/sh", "-c", "/srv/child", "/srv/app")
        assert [p.parent is None for p in processes(world, "child")] == [False]
        assert processes(world, "app")[0].pid == processes(world, "child")[0].pid - 1

    def test_a_command_that_is_not_there(self) -> None:
        world = line_world()
        shell = run_line(world, "/bin/sh", "-c", "/srv/none")
        assert shell.exit_status == 127

    def test_without_arguments_a_shell_waits(self) -> None:
        assert run_line(line_world(), "/bin/sh").state == "running"


class TestInit:
    """A small init: it runs one command, reaps, and ends as that ends."""

    def test_it_runs_its_command_in_a_child(self) -> None:
        world = line_world()
        init = run_line(world, "/sbin/tini", "--", "/srv/child")
        (child,) = processes(world, "child")
        assert (child.parent, init.exit_status) == (init, 3)

    def test_it_hands_on_the_commands_arguments(self) -> None:
        world = line_world()
        run_line(world, "/sbin/tini", "--", "/bin/sh", "-c", "/srv/child")
        (shell,) = processes(world, "sh")
        assert shell.arguments == ("-c", "/srv/child")
        assert shell.exit_status == 3


def test_arguments_are_nothing_to_an_ordinary_program() -> None:
    world = line_world()
    process = run_line(world, "/srv/child", "--verbose")
    assert process.exit_status == 3


def test_steps_can_be_given_instead_of_the_programs() -> None:
    world = on_host(does())
    process = processes(world)[0]
    begin(process, (("exit", {"status": 4}),))
    world.engine.run()
    assert process.exit_status == 4


def test_no_steps_are_no_task() -> None:
    world = on_host(does())
    process = processes(world)[0]
    begin(process)
    begin(process, ())
    assert process.tasks == []


def test_the_steps_of_a_process_that_has_ended_stop() -> None:
    world = on_host(does())
    process = processes(world)[0]
    work = carry_out(process, (("sleep", {"ms": 1}), ("exit", {"status": 4})))
    assert next(work) == 1000
    process.state = "gone"
    assert list(work) == []
    assert events(world, "exit") == []


def test_whose_steps_count() -> None:
    world = on_host(does())
    process = processes(world)[0]
    script = Program("s", "/s", "script", "x86_64", does=(("exit", {}),))
    image = process.image
    process.image = Image(image.binary, image.runtime, "script", script)
    assert steps_of(process) == script.does
    process.image = Image(image.binary, image.runtime, "elf")
    assert steps_of(process) == ()
