"""Programs and containers of a guest."""

from errno import ENOENT

import pytest

from simulator.live.guest_linux.guests import Guest
from tests.simulator.live.guest_linux.fake import KILLED, STAYS, FakeKernel


@pytest.fixture
def kernel() -> FakeKernel:
    fake = FakeKernel(lives={"/p1": STAYS, "/p2": 3 << 8, "/p3": KILLED}, high=5)
    fake.wait_for_boot()
    return fake


@pytest.fixture
def guest(kernel: FakeKernel) -> Guest:
    ready = Guest(kernel)
    ready.prepare()
    return ready


def test_what_it_needs_is_mounted(kernel: FakeKernel, guest: Guest) -> None:
    assert kernel.mounts == ["/proc", "/cgroups"]
    assert kernel.files["/cgroups/cgroup.subtree_control"] == "+memory +pids +cpu"
    assert guest.boot_id == f"boot-{id(kernel)}"
    assert kernel.opened[3] == kernel.opened[4] == "/proc/version"
    assert guest.start("/p1").socket > 4


def test_a_program_runs_and_serves(guest: Guest) -> None:
    process = guest.start("/p1")
    assert (process.started, process.code, process.place) == (True, None, "")
    guest.serve(process, 7)
    guest.serve(process, 5)
    assert process.served == 12


def test_a_program_that_ends(guest: Guest) -> None:
    process = guest.start("/p2")
    assert guest.listen(lambda: process.code is not None)
    assert (process.started, process.code) == (True, 3)


def test_a_program_that_is_not_there(guest: Guest) -> None:
    process = guest.start("/p9")
    assert (process.started, process.code) == (False, ENOENT)


def test_a_container_is_entered_step_by_step(kernel: FakeKernel, guest: Guest) -> None:
    guest.make_group("box", {"memory_max_mib": 16, "pids_max": 9})
    assert kernel.files["/cgroups/box/memory.max"] == str(16 << 20)
    assert kernel.files["/cgroups/box/pids.max"] == "9"
    guest.start("/p1", image="/images/1", place="box", group="box")
    assert [name for name, _ in kernel.asked[-1]] == [
        "write",
        "mount",
        "mount",
        "mount",
        "chdir",
        "chroot",
        "sethostname",
        "dup2",
        "dup2",
        "execve",
    ]


def test_what_a_cgroup_has_counted(guest: Guest) -> None:
    guest.make_group("box", {})
    assert guest.counted("box") == {
        "low": 0,
        "high": 5,
        "max": 0,
        "oom": 0,
        "oom_kill": 1,
        "peak": 73728000,
    }


def test_nobody_waits_for_ever(guest: Guest) -> None:
    answers = iter([False, True])
    assert guest.listen(lambda: next(answers)) is True
    assert guest.listen(lambda: False, seconds=0) is False


def test_who_has_just_ended_serves_nothing(
    guest: Guest, kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = guest.start("/p1")
    kernel.children[0].status = KILLED

    def broken(*_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(kernel, "call", broken)
    guest.serve(process, 1)
    assert (process.served, process.code) == (0, -KILLED)


def test_a_panic_is_the_end(guest: Guest, kernel: FakeKernel) -> None:
    guest.crash()
    assert (guest.alive, kernel.dead) == (False, True)


def test_without_children_there_is_nobody_to_wait_for() -> None:
    assert Guest(FakeKernel()).listen(lambda: True)
