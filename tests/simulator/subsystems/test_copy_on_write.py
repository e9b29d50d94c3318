"""Copy-on-write: what a fork costs, and whose pages they are then."""

from typing import TYPE_CHECKING, cast

import pytest

from simulator import Run
from simulator.lab.files.proc import resident_kib
from simulator.subsystems.copy_on_write import Loans
from simulator.subsystems.pages import Pages
from simulator.world import World
from tests.simulator.subsystems.doing import fork, processes
from tests.simulator.subsystems.hogs import (
    MIB,
    USED_MIB,
    allocate,
    boxed,
    does,
    free,
    group,
    machine,
    sleep,
    touch,
    wait,
)
from tests.simulator.worlds import (
    BOOT,
    Step,
    events,
    execute,
    failures,
    install,
    live,
    mechanism,
    ram,
)

if TYPE_CHECKING:
    from simulator.subsystems.processes import Process

EXIT: Step = {"exit": {}}
LATER = sleep(100_000)


def used(done: Run) -> int:
    return ram(done) // MIB - USED_MIB


def test_a_fork_copies_nothing() -> None:
    assert used(machine(allocate(100), fork(LATER, count=3), LATER)) == 100


def test_who_writes_gets_a_copy() -> None:
    assert used(machine(allocate(100), fork(touch(30), LATER))) == 130
    assert used(machine(allocate(100), fork(touch(30), LATER, count=2))) == 160


def test_a_copy_costs_its_faults() -> None:
    done = machine(allocate(100), fork(touch(30), LATER))
    alone = machine(allocate(100), allocate(30))
    spans = []
    for each in (done, alone):
        first, second = events(each, "touch_memory")
        spans.append(second.time - first.time)
    assert spans[0] == spans[1]


def test_it_is_the_same_when_the_parent_writes() -> None:
    done = machine(allocate(100), fork(LATER), touch(30), LATER)
    assert used(done) == 130


def test_nobody_copies_more_than_there_was() -> None:
    assert used(machine(allocate(100), fork(touch(200), LATER), touch(200))) == 200


def test_what_nobody_shares_any_more_is_written_in_place() -> None:
    assert used(machine(allocate(100), fork(EXIT), sleep(10), touch(100))) == 100


def test_pages_outlive_the_one_who_had_them() -> None:
    done = machine(allocate(100), fork(LATER), EXIT)
    assert used(done) == 100
    more = machine(allocate(100), fork(touch(30), LATER), sleep(10), EXIT)
    assert used(more) == 100


def test_and_go_with_the_last_one() -> None:
    assert used(machine(allocate(100), fork(sleep(10), EXIT, count=3), EXIT)) == 0


def test_another_program_shares_nothing() -> None:
    shell = fork({"exec": {"program": "sh"}})
    world = live_world(allocate(100), shell, sleep(10), touch(100), LATER)
    parent, child = processes(world)[0], processes(world, "sh")[0]
    assert pages(world).size_of(parent) == 100 * MIB
    assert pages(world).size_of(child) == pages(world).spaces[child].resident


def test_what_is_freed_is_the_others_still() -> None:
    assert used(machine(allocate(100), fork(free(100), LATER))) == 100
    assert used(machine(allocate(100), fork(LATER), free(40))) == 100
    assert used(machine(allocate(100), fork(LATER), free(40), EXIT)) == 100


def test_what_was_promised_is_promised_to_both() -> None:
    unused = allocate(50, touch=False)
    assert used(machine(unused, fork(touch(50), LATER), touch(50))) == 100


def test_a_childs_child_shares_with_both() -> None:
    inner = fork(touch(120), LATER)
    done = machine(allocate(100), fork(allocate(20), inner, LATER), LATER)
    assert used(done) == 240


def test_a_limit_counts_each_page_once() -> None:
    done = boxed(allocate(50), fork(LATER, count=3), limits={"memory_max_mib": 60})
    assert group(done)["memory"]["current_kib"] == 50 * MIB
    assert failures(done) == []


def test_copies_can_be_too_much_for_it() -> None:
    done = boxed(allocate(50), fork(touch(50), LATER), limits={"memory_max_mib": 60})
    assert len(events(done, "oom_kill")) == 1


@pytest.mark.parametrize(("policy", "forks"), [("never", 0), ("heuristic", 1)])
def test_who_promises_nothing_twice_refuses_a_fork(policy: str, forks: int) -> None:
    change = [mechanism("kernel.overcommit", policy)]
    done = machine(allocate(600), fork(LATER), changes=change)
    assert len(events(done, "fork", outcome="ok")) == forks
    assert [errno for *_, errno in failures(done)] == ["ENOMEM"] * (1 - forks)


def test_what_may_be_copied_counts_as_promised() -> None:
    change = [mechanism("kernel.overcommit", "never")]
    done = machine(allocate(400), fork(LATER), allocate(300), changes=change)
    assert failures(done)[0] == ("linux-1", "mmap", "ENOMEM")


def test_what_is_in_swap_is_shared_too() -> None:
    world = live_world(allocate(100), fork(LATER), LATER)
    parent, child = processes(world)
    pages(world).give_back(parent, 60 * MIB)
    pages(world).drop_swapped(parent, -60 * MIB)
    parent.kernel.end(parent, exit_status=0, cause=None)
    assert pages(world).size_of(child) == 100 * MIB
    assert pages(world).spaces[child].swapped == 60 * MIB
    assert pages(world).swapped_kib == 60 * MIB


def test_ps_shows_what_is_shared() -> None:
    _, child = processes(live_world(allocate(100), fork(LATER), LATER))
    assert resident_kib(child) == 100 * MIB


def live_world(*steps: Step) -> World:
    """The world itself while the program is at work."""
    files = [install("app"), install("sh")]
    return live([*BOOT, *files, execute("app"), wait(1)], world=does(*steps))


def pages(world: World) -> Pages:
    return world.kernels[0].pages


class TestLoans:
    """The accounts alone: who borrows from whom."""

    parent, first, second = (cast("Process", name) for name in ("p", "a", "b"))

    def two(self) -> Loans:
        loans = Loans()
        loans.fork(self.parent, self.first, 100)
        loans.fork(self.parent, self.second, 100)
        return loans

    def test_each_borrows_all(self) -> None:
        loans = self.two()
        assert loans.borrowed(self.first) == loans.lent(self.parent) == 100
        assert loans.total() == 200

    def test_a_copy_for_the_parent_leaves_the_old_page_to_the_children(self) -> None:
        loans = self.two()
        loans.write(self.first, 30)
        assert loans.heir(self.parent, 40) is self.second
        assert loans.lent(self.parent) == 60
        assert loans.borrowed(self.second) == 60
        assert loans.lent(self.second) == 10
        assert loans.borrowed(self.first) == 70

    def test_nothing_is_left_of_those_who_are_gone(self) -> None:
        loans = self.two()
        loans.forget(self.first)
        loans.forget(self.second)
        assert loans.lent(self.parent) == loans.total() == 0
