"""Machines that are gone in the middle of what is done with them."""

from collections.abc import Callable

import pytest

from simulator import Event
from simulator.calibration import figure
from simulator.engine import Work
from simulator.subsystems.files import FileTree
from simulator.subsystems.virtualization import (
    Hypervisor,
    VirtualMachine,
    boot_guest,
)
from simulator.subsystems.virtualization.memory import GuestMemory
from simulator.subsystems.virtualization.migration import Terms, dirty_mib_s, migrate
from simulator.subsystems.virtualization.overcommit import inflate, write_system
from simulator.subsystems.virtualization.root import boot_root, root_partition
from simulator.subsystems.virtualization.snapshots import Snapshot, restore, save
from simulator.world import World
from tests.simulator.worlds import KVM, app_vm, install, live, power_on

TWO = (install("bare"), power_on(), install("bare", "other"), power_on("other"))
SERVERS = {
    "machines": {"other": {"cores": 2, "ram_mib": 65536}},
    "programs": {"app": {"ram_mib": 1000, "dirties_mib_s": 200}},
}
RAM_KIB = 1024 * 1024
MONITOR_US = figure("vmm_start") // 2
TERMS = Terms(mib_s=100, downtime_us=300_000)


def hypervisor(world: World, on: str = "server") -> Hypervisor:
    occupant = world.machines[on].occupant
    if isinstance(occupant, Hypervisor):
        return occupant
    found = world.installed["kvm"]
    assert isinstance(found, Hypervisor)
    return found


def guest(world: World) -> VirtualMachine:
    machine = world.places["guest"][0]
    assert isinstance(machine, VirtualMachine)
    return machine


def new_machine(world: World) -> VirtualMachine:
    machine = hypervisor(world).create("new", RAM_KIB, 0)
    assert machine is not None
    return machine


def interrupted(world: World, work: Work, at_us: int, what: Callable[[], None]) -> None:
    """Carry out the work, and do something else in the middle of it."""

    def disturb() -> Work:
        yield at_us
        what()

    world.engine.spawn(work)
    world.engine.spawn(disturb())
    world.engine.run()


def last(world: World) -> Event:
    return world.engine.events[-1]


@pytest.mark.parametrize("at_us", [MONITOR_US, 10 * MONITOR_US])
def test_a_machine_that_is_killed_before_its_firmware_is_done(at_us: int) -> None:
    world = live(KVM)
    machine = new_machine(world)
    work = boot_guest(machine, world.systems["linux"], FileTree(), world.make_kernel)
    interrupted(world, work, at_us, lambda: machine.fall(0))
    assert (machine.state, machine.occupant) == ("off", None)
    actions = [event.action for event in world.engine.events]
    assert ("start_monitor" in actions) is (at_us > 2 * MONITOR_US)
    assert actions.count("power_on_self_test") == 1  # the server's own


def test_a_copy_that_is_killed_before_it_goes_on() -> None:
    world = live([*KVM, app_vm()])
    machine = new_machine(world)
    saved = _saved(world)
    work = restore(machine, saved, world.make_kernel, 0)
    interrupted(world, work, MONITOR_US, lambda: machine.fall(0))
    assert machine.occupant is None
    assert "restore" not in [event.action for event in world.engine.events]


def test_a_copy_that_finds_no_memory() -> None:
    world = live([*KVM, app_vm()])
    saved = _saved(world)
    small = hypervisor(world).create("new", 100 * 1024, 0)
    assert small is not None
    world.engine.spawn(restore(small, saved, world.make_kernel, 0))
    world.engine.run()
    assert small.occupant is not None
    assert small.occupant.state == "dead"
    assert last(world).detail["log"].startswith("Kernel panic - not syncing: out of")


def _saved(world: World) -> Snapshot:
    found: list[Snapshot] = []

    def work() -> Work:
        found.append((yield from save(guest(world), "saved", 0)))

    world.engine.spawn(work())
    world.engine.run()
    return found[0]


def test_a_guest_that_is_gone_is_not_sent_any_further() -> None:
    world = live([*TWO, app_vm()], world=SERVERS)
    machine = guest(world)
    work = migrate(machine, hypervisor(world, "other"), TERMS, 0)
    interrupted(world, work, 1000, lambda: machine.fall(0))
    assert machine.hypervisor is hypervisor(world)
    assert "copy_round" not in [event.action for event in world.engine.events]


def switching_us(world: World) -> int:
    """A moment at which the guest stands still: all has been sent but a little."""
    machine = guest(world)
    return TERMS.span_us(machine.memory.used_kib) + 1000


STILL = Terms(mib_s=100, downtime_us=10**9)


@pytest.mark.parametrize(
    ("who", "log"), [("target", "the target is gone"), ("guest", "the guest is gone")]
)
def test_what_is_gone_when_the_guest_stands_still(who: str, log: str) -> None:
    world = live([*TWO, app_vm()], world=SERVERS)
    machine, target = guest(world), hypervisor(world, "other")
    fall = target.fall if who == "target" else machine.fall
    work = migrate(machine, target, STILL, 0)
    interrupted(world, work, switching_us(world), lambda: fall(0))
    assert last(world).detail["log"] == log
    assert machine.hypervisor is hypervisor(world)
    assert machine.cores.group.frozen is False


def test_a_guest_without_a_system_changes_no_memory() -> None:
    assert dirty_mib_s(new_machine(live(KVM))) == 0


def test_a_balloon_of_a_machine_without_a_system_takes_free_pages_only() -> None:
    machine = new_machine(live(KVM))
    assert isinstance(machine.memory, GuestMemory)
    assert inflate(machine, machine.memory, 100) == 0


def test_the_root_partition_has_the_machines_own_memory() -> None:
    world = live(KVM)
    owner = hypervisor(world)
    root = root_partition(owner)
    assert root.memory is world.machines["server"].memory
    owner.bring_back(root, 100)
    write_system(owner, root, 0)
    assert [*root.touch(100)] == []
    world.engine.spawn(boot_root(root, owner.name, 0))
    world.engine.run()
    assert (root.occupant, last(world).detail["assist"]) == (None, "root")
