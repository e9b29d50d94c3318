"""What a process does in its life: work, rest, children, another program, the end."""

import pytest

from simulator.subsystems.steps.life import NOT_EXECUTABLE, NOT_FOUND, status_of
from tests.simulator.subsystems.doing import (
    CHILD,
    EXIT,
    SLEEP,
    WAIT,
    does,
    fork,
    kernel,
    on_host,
    processes,
    spawn,
    states,
    step,
)
from tests.simulator.worlds import BOOT, events, failures, install, live
from tests.simulator.worlds import execute as run_program


def ends(world: object) -> list[tuple[str, int]]:
    """Path and exit status of each end."""
    return [
        (e.detail["target"], e.detail["exit_status"])
        for e in events(world, "exit")  # type: ignore[arg-type]
    ]


def test_a_program_without_steps_waits_for_requests() -> None:
    assert states(on_host(does())) == ["running"]


def test_work_takes_a_core_for_its_time() -> None:
    world = on_host(does(step("compute", ms=250), EXIT))
    began, ended = events(world, "execve")[-1], events(world, "exit")[0]
    assert ended.time - began.time == 250_000
    assert ended.cause == began.seq


def test_five_workers_on_four_cores_take_longer() -> None:
    world = on_host(does(fork(step("compute", ms=400), EXIT, count=5)))
    began, ended = events(world, "execve")[-1], events(world, "exit")[-1]
    assert ended.time - began.time == 500_000


def test_sleep_takes_no_core() -> None:
    world = on_host(does(SLEEP, EXIT))
    began, ended = events(world, "execve")[-1], events(world, "exit")[0]
    assert ended.time - began.time == 1_000_000
    assert world.machines["server"].cores.busy_us < ended.time


@pytest.mark.parametrize(("status", "outcome"), [(0, "ok"), (3, "failed")])
def test_an_exit_has_a_status(status: int, outcome: str) -> None:
    world = on_host(does(step("exit", status=status)))
    ended = events(world, "exit")[0]
    assert (ended.detail["exit_status"], ended.outcome) == (status, outcome)
    assert states(world) == ["gone"]


def test_an_exit_without_a_status_is_a_success() -> None:
    assert ends(on_host(does(EXIT))) == [("/srv/app", 0)]


def test_nothing_is_done_after_the_exit() -> None:
    world = on_host(does(EXIT, spawn()))
    assert processes(world, CHILD) == []


def test_children_go_on_with_steps_of_their_own() -> None:
    world = on_host(does(fork(SLEEP, step("exit", status=4), count=2), SLEEP, SLEEP))
    assert [e.detail["parent"] for e in events(world, "fork")] == [2, 2]
    assert [e.detail["pid"] for e in events(world, "fork")] == [3, 4]
    assert ends(world) == [("/srv/app", 4)] * 2
    assert states(world) == ["running", "zombie", "zombie"]


def test_children_without_steps_only_wait() -> None:
    world = on_host(does(fork()))
    assert states(world) == ["running", "running"]


def test_each_fork_is_caused_by_the_one_before() -> None:
    world = on_host(does(fork(count=3)))
    forks = events(world, "fork")
    started = events(world, "execve")[-1].seq
    assert [e.cause for e in forks] == [started, forks[0].seq, forks[1].seq]


def test_a_spawned_program_is_a_child_that_is_not_waited_for() -> None:
    world = on_host(does(spawn(), child=[SLEEP, EXIT]))
    app, child = processes(world)[0], processes(world, CHILD)[0]
    assert (child.parent, app.children) == (app, [child])
    assert child.state == "zombie"


def test_a_program_that_is_waited_for_gives_its_status() -> None:
    last = step("exit", status=9)
    world = on_host(does(spawn(wait=True), EXIT, child=[SLEEP, last]))
    assert ends(world) == [("/srv/child", 9), ("/srv/app", 9)]
    assert states(world, CHILD) == ["gone"]


def test_a_program_may_have_ended_before_anybody_waits() -> None:
    """Its interpreter refuses it at once; the status is there already."""
    world = on_host(
        does(spawn(wait=True), EXIT, child_calls=["NtCreateFile"]),
    )
    assert ends(world) == [("/srv/child", 134), ("/srv/app", 134)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"child_executable": False}, 126), ({"child_format": "pe"}, 126)],
)
def test_a_program_that_cannot_be_executed(
    fields: dict[str, object], status: int
) -> None:
    world = on_host(does(spawn(wait=True), EXIT, **fields))
    assert ends(world) == [("/srv/app", status)]
    assert processes(world, CHILD) == []


def test_a_program_that_is_not_there() -> None:
    world = on_host(does(spawn("exe"), EXIT))
    assert failures(world) == [
        ("linux-1", "execve", "ENOENT"),
        ("linux-1", "exit", "exited with status 127"),
    ]


def test_exec_keeps_the_process_and_its_number() -> None:
    world = on_host(does(step("exec", program=CHILD), EXIT))
    (process,) = processes(world, CHILD)
    assert (process.pid, process.state) == (2, "running")
    assert [e.detail["pid"] for e in events(world, "execve")][-2:] == [2, 2]
    assert processes(world) == []


def test_the_new_program_does_what_it_does_and_nothing_of_the_old() -> None:
    last = step("exit", status=5)
    world = on_host(does(step("exec", program=CHILD), EXIT, child=[SLEEP, last]))
    assert ends(world) == [("/srv/child", 5)]


def test_exec_gives_back_the_old_programs_memory() -> None:
    world = on_host(does(step("exec", program=CHILD), child_ram_mib=7))
    memory = world.machines["server"].memory
    assert memory.charges["pid 2"] == 7 * 1024


def test_exec_of_a_program_that_is_not_there_lets_the_old_one_go_on() -> None:
    world = on_host(does(step("exec", program="exe"), EXIT))
    assert ends(world) == [("/srv/app", 127)]


def test_exec_of_a_program_that_ends_at_once() -> None:
    calls = ["NtCreateFile"]
    world = on_host(does(step("exec", program=CHILD), EXIT, child_calls=calls))
    assert ends(world) == [("/srv/child", 134)]


def test_exec_of_a_program_that_does_not_fit_kills_the_process() -> None:
    world = does(step("exec", program=CHILD), EXIT, child_ram_mib=60_000)
    world["machines"] = {"server": {"ram_mib": 2000}}
    done = on_host(world)
    ended = events(done, "exit")[0]
    assert (ended.detail["signal"], ended.detail["exit_status"]) == ("SIGKILL", 137)
    assert ended.detail["log"] == "Killed"
    killed = events(done, "oom_kill")[0]
    assert (ended.cause, killed.detail["pid"]) == (killed.seq, ended.detail["pid"])
    assert states(done, CHILD) == ["gone"]


def test_waiting_for_children_collects_them() -> None:
    last = step("exit", status=2)
    world = on_host(
        does(fork(SLEEP, last, count=2), SLEEP, SLEEP, step("wait_children"), SLEEP)
    )
    assert states(world) == ["running", "gone", "gone"]
    assert processes(world)[0].last_status == 2


def test_waiting_for_children_waits_for_those_who_still_run() -> None:
    world = on_host(does(fork(SLEEP, EXIT), step("wait_children"), EXIT))
    first, second = events(world, "exit")
    assert first.detail["pid"] == 3
    assert (second.detail["pid"], second.time) == (2, first.time)


def test_a_subreaper_adopts_the_orphans_below() -> None:
    child = [fork(SLEEP, SLEEP, EXIT), EXIT]
    world = on_host(does(step("adopt_orphans"), spawn(), child=child))
    adopted = events(world, "reparent")[0]
    assert (adopted.detail["pid"], adopted.detail["parent"]) == (4, 2)
    assert states(world, CHILD) == ["zombie", "zombie"]


def test_without_one_they_go_to_init_which_reaps() -> None:
    child = [fork(SLEEP, SLEEP, EXIT), EXIT]
    world = on_host(does(spawn(), child=child))
    assert events(world, "reparent")[0].detail["parent"] == 1
    assert states(world, CHILD) == ["zombie", "gone"]


def test_a_step_of_a_stopped_process_waits() -> None:
    stop, cont = (
        {"signal": {"signal": name, "on": "server", "program": "app"}}
        for name in ("SIGSTOP", "SIGCONT")
    )
    world = on_host(does(SLEEP, EXIT), [stop, WAIT, cont, WAIT])
    began, ended = events(world, "execve")[-1], events(world, "exit")[0]
    assert ended.time - began.time == 60_000_000


@pytest.mark.parametrize(
    ("name", "status"),
    [("ENOENT", NOT_FOUND), ("EACCES", NOT_EXECUTABLE), ("ENOEXEC", NOT_EXECUTABLE)],
)
def test_the_status_of_a_shell_whose_command_fails(name: str, status: int) -> None:
    assert status_of(name) == status


def test_memory_of_the_dead_is_free() -> None:
    world = on_host(does(SLEEP, EXIT))
    assert "pid 2" not in world.machines["server"].memory.charges
    assert kernel(world).init is not None


TEXT = {"child_format": "script", "child_path": "/srv/child"}
SHELL = {"sh": {"path": "/bin/sh", "format": "elf", "acts_as": "shell"}}


def asked_through(
    through: str, *, kind: str = "spawn", shell: bool = True, **child: object
) -> list[tuple[str, int]]:
    """Path and status of each end, after `app` asked for `child` in that way."""
    asked = step(kind, program=CHILD, through=through)
    if kind == "spawn":
        asked["spawn"] = {**asked["spawn"], "wait": True}
    spec = does(asked, EXIT, **child)  # type: ignore[arg-type]
    spec["programs"].update(SHELL)
    plan = [*BOOT, *(install(name) for name in ("app", CHILD))]
    plan += [install("sh")] if shell else []
    return ends(live([*plan, run_program("app"), WAIT], world=spec))


STATUS_6 = [step("exit", status=6)]


@pytest.mark.parametrize("kind", ["spawn", "exec"])
class TestCallers:
    """The same file, asked for by execve, by the library, by a shell."""

    def test_text_by_execve_is_refused(self, kind: str) -> None:
        found = asked_through("execve", kind=kind, child=STATUS_6, **TEXT)
        assert found == [("/srv/app", 126)]

    @pytest.mark.parametrize("through", ["execvp", "shell"])
    def test_text_is_read_by_a_shell_otherwise(self, kind: str, through: str) -> None:
        found = asked_through(through, kind=kind, child=STATUS_6, **TEXT)
        assert found == [("/bin/sh", 6), ("/srv/app", 6)][: 2 if kind == "spawn" else 1]

    def test_text_that_says_nothing_is_a_success(self, kind: str) -> None:
        found = asked_through("shell", kind=kind, **TEXT)
        assert found[0] == ("/bin/sh", 0)

    @pytest.mark.parametrize(
        ("fields", "status"),
        [({"child_format": "pe"}, 2), ({"child_arch": "aarch64"}, 127)],
    )
    def test_a_binary_by_the_library_is_nonsense_to_its_shell(
        self, kind: str, fields: dict[str, str], status: int
    ) -> None:
        found = asked_through("execvp", kind=kind, **fields)
        assert found[0] == ("/bin/sh", status)

    @pytest.mark.parametrize(
        "fields", [{"child_format": "pe"}, {"child_arch": "aarch64"}]
    )
    def test_a_binary_by_a_shell_is_not_read(
        self, kind: str, fields: dict[str, str]
    ) -> None:
        assert asked_through("shell", kind=kind, **fields) == [("/srv/app", 126)]

    def test_a_system_may_have_no_shell(self, kind: str) -> None:
        found = asked_through("execvp", kind=kind, shell=False, **TEXT)
        assert found == [("/srv/app", 127)]


def test_a_shell_reads_text_itself() -> None:
    spec = does(child=STATUS_6, child_format="script")
    spec["programs"]["sh"] = {
        "path": "/bin/ash",
        "acts_as": "shell",
        "does": [step("spawn", program=CHILD, through="shell", wait=True), EXIT],
    }
    plan = [*BOOT, install("sh"), install(CHILD), run_program("sh"), WAIT]
    assert ends(live(plan, world=spec)) == [("/bin/ash", 6), ("/bin/ash", 6)]


def test_emulated_work_takes_its_time() -> None:
    spec = does(step("compute", ms=10), EXIT)
    native = on_host(spec)
    spec["programs"]["app"]["arch"] = "aarch64"
    reads = {"format": "elf", "arch": "aarch64", "api": "posix"}
    spec["programs"]["wine"] = {"interprets": reads}
    known = {
        "on": "server",
        "name": "arm",
        "format": "elf",
        "arch": "aarch64",
        "interpreter": "wine",
    }
    plan = [*BOOT, install("app"), install("wine"), {"register_format": known}]
    emulated = live([*plan, run_program("app"), WAIT], world=spec)
    spans = [
        events(world, "exit")[0].time - events(world, "execve")[-1].time
        for world in (native, emulated)
    ]
    assert spans == [10_000, 150_000]
    assert (
        processes(emulated)[0].serves.cpu_us == 15 * processes(native)[0].serves.cpu_us
    )
