"""How processes end: zombies, orphans, a namespace's end, a kernel's own."""

import pytest

from simulator.subsystems.exits import end, fall, panic, reap
from simulator.subsystems.processes import Process
from simulator.world import World
from tests.simulator.subsystems.doing import (
    EXIT,
    SLEEP,
    WAIT,
    boxes,
    does,
    fork,
    in_box,
    kernel,
    on_host,
    processes,
    spawn,
    states,
    step,
)
from tests.simulator.worlds import BOOT, KVM, box, events, failures, live, vm

LEFT = [fork(SLEEP, SLEEP, EXIT), EXIT]
"""A child that leaves one of its own behind, which ends later."""


def app(world: World) -> Process:
    return processes(world)[0]


def init(world: World) -> Process:
    found = kernel(world).init
    assert found is not None
    return found


class TestEnd:
    """An end leaves a status behind and gives back the rest."""

    def test_the_event(self) -> None:
        world = on_host(does())
        seq = end(kernel(world), app(world), exit_status=7, cause=4, log="no config")
        event = world.engine.events[seq]
        assert (event.cause, event.outcome, dict(event.detail)) == (
            4,
            "failed",
            {
                "target": "/srv/app",
                "pid": 2,
                "exit_status": 7,
                "log": "no config",
            },
        )
        assert (app(world).exit_status, app(world).state_seq) == (7, seq)

    def test_without_a_status_it_is_a_success(self) -> None:
        world = on_host(does())
        seq = end(kernel(world), app(world), cause=None)
        assert world.engine.events[seq].detail["exit_status"] == 0
        assert "log" not in world.engine.events[seq].detail

    def test_memory_is_given_back_but_for_what_is_cached(self) -> None:
        world = on_host(does(ram_mib=100, text_mib=10))
        memory = world.machines["server"].memory
        before = memory.used_kib
        end(kernel(world), app(world), cause=None)
        assert before - memory.used_kib == 100 * 1024

    def test_what_it_was_doing_ends_with_it(self) -> None:
        kill = {"signal": {"signal": "SIGKILL", "on": "server", "program": "app"}}
        world = on_host(does(SLEEP, spawn()), plan=[kill, WAIT])
        assert processes(world, "child") == []
        assert (states(world), app(world).tasks) == (["gone"], [])

    def test_those_who_wait_for_it_go_on_and_watchers_are_called_once(self) -> None:
        world = on_host(does())
        seen: list[int] = []
        app(world).watchers.append(lambda process: seen.append(process.pid))
        end(kernel(world), app(world), cause=None)
        assert app(world).ended.is_open is True
        assert seen == [2]


class TestZombies:
    """Between its end and its parent's wait a process is a zombie."""

    def test_a_zombie_keeps_its_number_until_its_parent_waits(self) -> None:
        assert states(on_host(does(fork(EXIT), SLEEP))) == ["running", "zombie"]
        waits = does(fork(EXIT), SLEEP, step("wait_children"))
        assert states(on_host(waits)) == ["running", "gone"]

    def test_a_parent_that_reaps_has_no_zombies(self) -> None:
        world = on_host(does(fork(EXIT, count=3), reaps=True))
        assert states(world) == ["running", "gone", "gone", "gone"]
        assert app(world).children == []

    def test_the_kernel_can_be_made_to_drop_them(self) -> None:
        world = on_host(does(fork(EXIT)), mechanisms={"kernel.reaping": "kernel"})
        assert states(world) == ["running", "gone"]

    def test_only_zombies_are_reaped(self) -> None:
        world = on_host(does())
        reap(app(world))
        assert states(world) == ["running"]

    def test_a_cgroup_counts_it_until_it_is_reaped(self) -> None:
        world = on_host(does(fork(EXIT)))
        zombie, group = processes(world)[1], Group()
        zombie.cgroup = group
        reap(zombie)
        assert group.left == [zombie]
        reap(zombie)
        assert group.left == [zombie]

    def test_one_without_a_parent_is_reaped_by_itself(self) -> None:
        world = on_host(does(fork(EXIT)))
        zombie = processes(world)[1]
        zombie.parent = None
        reap(zombie)
        assert zombie.state == "gone"


class TestOrphans:
    """Who waits for a process whose parent has ended."""

    def test_it_is_given_to_the_systems_init(self) -> None:
        world = on_host(does(spawn(), child=LEFT))
        given = events(world, "reparent")[0]
        assert dict(given.detail) == {
            "target": "/srv/child",
            "pid": 4,
            "parent": 1,
        }
        assert given.cause == events(world, "exit")[0].seq

    def test_in_a_container_it_is_given_to_process_1(self) -> None:
        world = in_box(does(spawn(), child=LEFT))
        assert events(world, "reparent")[0].detail["parent"] == app(world).pid
        assert app(world).children == processes(world, "child")
        assert states(world, "child") == ["zombie", "zombie"]

    def test_process_1_that_reaps_collects_it(self) -> None:
        world = in_box(does(spawn(), child=LEFT, reaps=True))
        assert states(world, "child") == ["gone", "gone"]

    def test_without_a_pid_namespace_the_systems_init_collects_it(self) -> None:
        world = in_box(does(spawn(), child=LEFT), asked=box(host_namespaces=["pid"]))
        assert events(world, "reparent")[0].detail["parent"] == 1
        assert states(world, "child") == ["zombie", "gone"]

    def test_the_mechanism_gives_it_to_the_systems_init(self) -> None:
        system = {"kernel.orphans": "system"}
        world = in_box(does(spawn(), child=LEFT), mechanisms=system)
        assert events(world, "reparent")[0].detail["parent"] == 1
        assert states(world, "child") == ["zombie", "gone"]

    def test_a_zombie_changes_hands_without_a_word(self) -> None:
        world = on_host(does(spawn(), child=[fork(EXIT), SLEEP, EXIT]))
        assert events(world, "reparent") == []
        assert states(world, "child") == ["zombie", "gone"]

    def test_a_zombie_may_come_to_one_who_does_not_wait_either(self) -> None:
        world = in_box(does(spawn(), child=[fork(EXIT), SLEEP, EXIT]))
        assert states(world, "child") == ["zombie", "zombie"]
        assert len(app(world).children) == 2

    def test_the_nearest_subreaper_above_it_comes_first(self) -> None:
        adopt = step("adopt_orphans")
        inner = [adopt, fork(fork(SLEEP, EXIT), EXIT)]
        world = in_box(does(adopt, spawn(), child=inner))
        outer, middle = processes(world, "child")[:2]
        given = events(world, "reparent")[0]
        assert given.detail["parent"] == outer.pid
        assert middle.state == "zombie"

    def test_a_subreaper_that_has_ended_adopts_nobody(self) -> None:
        world = on_host(
            does(
                fork(step("adopt_orphans"), fork(SLEEP, EXIT), EXIT),
                SLEEP,
                SLEEP,
            )
        )
        assert events(world, "reparent")[0].detail["parent"] == 1

    def test_before_there_is_an_init_nobody_adopts(self) -> None:
        world = on_host(does(spawn()))
        kernel(world).init = kernel(world).namespaces.pid.init = None
        end(kernel(world), app(world), cause=None)
        assert processes(world, "child")[0].parent is None

    def test_whoever_joined_a_namespace_has_a_parent_outside(self) -> None:
        """It was put into the container: no subreaper outside it adopts for it."""
        plan = [{"exec": {"program": "child", "on": "box"}}, WAIT]
        world = in_box(does(child=LEFT), plan)
        joined = processes(world, "child")[0]
        assert joined.parent is init(world)
        assert events(world, "reparent")[0].detail["parent"] == app(world).pid


class TestNamespaceEnd:
    """When a PID namespace's init ends, the kernel kills all others in it."""

    def test_all_others_in_it_are_killed(self) -> None:
        world = in_box(does(spawn(), spawn(), SLEEP, EXIT))
        killed = events(world, "exit", signal="SIGKILL")
        assert [e.detail["pid"] for e in killed] == [4, 5]
        assert {e.cause for e in killed} == {events(world, "exit")[0].seq}
        assert states(world, "child") == ["gone", "gone"]

    def test_those_who_joined_it_too(self) -> None:
        plan = [{"exec": {"program": "child", "on": "box"}}, WAIT]
        world = in_box(does(SLEEP, EXIT), plan)
        assert processes(world, "child")[0].exit_status == 137

    def test_the_processes_of_other_containers_live_on(self) -> None:
        kill = {"signal": {"signal": "SIGKILL", "on": "one"}}
        world = in_box(does(spawn()), [box(name="one"), WAIT, kill])
        assert states(world) == ["running", "gone"]
        assert states(world, "child") == ["running", "gone"]

    def test_the_end_of_any_other_process_kills_nobody(self) -> None:
        world = in_box(does(spawn(), spawn(), child=[SLEEP, EXIT]))
        assert states(world) == ["running"]

    def test_the_container_ends_with_the_status_of_its_process_1(self) -> None:
        world = in_box(does(spawn(), SLEEP, step("exit", status=6)))
        found = boxes(world)[0]
        assert (found.state, found.exit_status) == ("exited", 6)
        assert events(world, "container_exit")[0].seq == found.state_seq


class TestPanic:
    """A kernel's own end takes along all that shares it."""

    def test_what_it_says(self) -> None:
        world = on_host(does())
        seq = panic(kernel(world), "Fatal exception", 2)
        event = world.engine.events[seq]
        assert (event.cause, dict(event.detail)) == (
            2,
            {
                "target": "server",
                "log": "Kernel panic - not syncing: Fatal exception",
            },
        )
        assert (kernel(world).state, kernel(world).state_seq) == ("dead", seq)

    def test_all_processes_are_gone_without_a_word(self) -> None:
        world = on_host(does(spawn()))
        seq = panic(kernel(world), "Fatal exception", None)
        assert states(world) + states(world, "child") == ["gone", "gone"]
        assert init(world).state == "gone"
        assert {p.state_seq for p in kernel(world).everyone()} == {seq}
        assert events(world, "exit") == []

    def test_what_they_were_doing_stops(self) -> None:
        cut = {"cut_power": {"machine": "server"}}
        world = on_host(does(SLEEP, spawn()), plan=[cut, WAIT])
        assert processes(world, "child") == []
        assert states(world) == ["gone"]

    def test_it_dies_once(self) -> None:
        world = on_host(does())
        seq = panic(kernel(world), "first", None)
        assert panic(kernel(world), "second", None) == seq
        fall(kernel(world), seq + 1)
        assert kernel(world).state_seq == seq

    def test_watchers_hear_of_it(self) -> None:
        world = on_host(does())
        seen: list[int] = []
        kernel(world).watchers.append(seen.append)
        assert seen == []
        assert [panic(kernel(world), "x", None)] == seen

    def test_its_containers_die_with_it(self) -> None:
        world = in_box(does(), asked=box(3))
        seq = panic(kernel(world), "Fatal exception", None)
        assert [(b.state, b.state_seq) for b in boxes(world)] == [("dead", seq)] * 3

    def test_the_guests_of_a_host_die_with_it_and_not_the_other_way_round(self) -> None:
        world = live([*KVM, vm(2)])
        host, first, second = world.kernels
        panic(first, "Fatal exception", None)
        assert [k.state for k in (host, first, second)] == [
            "running",
            "dead",
            "running",
        ]
        panic(host, "Fatal exception", None)
        assert [k.state for k in (host, first, second)] == ["dead"] * 3

    @pytest.mark.parametrize(
        ("how", "code"),
        [({"exit_status": 1}, "0x00000100"), ({"signal": "SIGSEGV"}, "0x0000000b")],
    )
    def test_the_end_of_the_systems_init_is_the_kernels(
        self, how: dict[str, object], code: str
    ) -> None:
        world = live(BOOT)
        end(kernel(world), init(world), cause=None, **how)  # type: ignore[arg-type]
        log = f"Kernel panic - not syncing: Attempted to kill init! exitcode={code}"
        assert failures(world)[-1] == ("linux-1", "panic", log)
        assert events(world, "panic")[0].cause == events(world, "exit")[0].seq


class Group:
    """A cgroup that remembers who left it."""

    def __init__(self) -> None:
        self.left: list[Process] = []

    def leave(self, process: Process) -> None:
        self.left.append(process)
