"""What a level takes from each of its guests when memory is short."""

from simulator.subsystems.virtualization import Hypervisor, VirtualMachine
from simulator.subsystems.virtualization.overcommit import squeeze, swap_guests
from simulator.world import World
from tests.simulator.worlds import KVM, events, live

MIB = 1024
GUEST_KIB = 100 * MIB


def level(**used_mib: int) -> tuple[World, Hypervisor]:
    """A hypervisor whose guests use so much, none of it by a system."""
    world = live(KVM)
    found = world.installed["kvm"]
    assert isinstance(found, Hypervisor)
    for name, mib in used_mib.items():
        machine = found.create(name, GUEST_KIB, 0, has_balloon=True)
        assert isinstance(machine, VirtualMachine)
        machine.memory.charge("all", mib * MIB)
    return world, found


def told(world: World, action: str) -> list[tuple[str, int]]:
    return [(e.detail["target"], e.detail["kib"]) for e in events(world, action)]


def test_the_largest_guest_is_swapped_first() -> None:
    world, host = level(small=10, large=30)
    assert swap_guests(host, 35 * MIB) == 35 * MIB
    assert told(world, "swap_out") == [("large", 30 * MIB), ("small", 5 * MIB)]


def test_guests_have_no_more_than_they_have() -> None:
    world, host = level(none=0, small=10, large=30)
    assert swap_guests(host, 50 * MIB) == 40 * MIB
    assert told(world, "swap_out") == [("large", 30 * MIB), ("small", 10 * MIB)]


def test_a_balloon_without_a_free_frame_leaves_it_to_the_next() -> None:
    world, host = level(full=50, freed=50, other=40)
    for machine in host.machines[1:]:
        machine.memory.give_back("all", 20 * MIB)
    host.below.memory.capacity_kib = host.below.memory.used_kib + 1
    assert squeeze(host, 30 * MIB) == 30 * MIB
    assert told(world, "inflate_balloon") == [("freed", 15 * MIB), ("other", 15 * MIB)]
