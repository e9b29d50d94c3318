"""What a program that has taken over a place can get at from there."""

from typing import Any

import pytest

from simulator.subsystems.container import Container
from simulator.subsystems.reach import Way, ways_from
from simulator.subsystems.users import ALL_CAPABILITIES
from simulator.world import World
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    app_vm,
    box,
    install,
    live,
    power_on,
    vm,
)

BARE = (install("bare"), power_on())


def ways(world: World, place: str, number: int = 0) -> list[tuple[str, str, bool]]:
    """Target, by whom, and whether the way is open, of each way from a place."""
    found = ways_from(world.places[place][number], world.mechanisms)
    return [(way.place.name, way.by, not way.closed) for way in found]


@pytest.mark.parametrize("plan", [[], BOOT])
def test_a_machine_with_nothing_on_it_leads_nowhere(plan: Any) -> None:
    assert ways(live(plan), "server") == []


def test_a_system_rules_its_containers_and_guests() -> None:
    world = live([*ENGINE, install("kvm"), box(2), app_vm(1)])
    assert ways(world, "server") == [
        ("box-1", "linux-1", True),
        ("box-2", "linux-1", True),
        ("guest-1", "linux-1", True),
    ]


def test_a_machine_with_a_type_1_hypervisor_has_no_system_to_take_over() -> None:
    assert ways(live([*BARE, app_vm(1)]), "server") == []


@pytest.mark.parametrize(("way", "is_open"), [("closed", False), ("open", True)])
def test_from_a_guest_of_type_1_to_its_neighbours(way: str, is_open: bool) -> None:
    world = live([*BARE, vm(3)], mechanisms={"vm.escape": way})
    assert ways(world, "guest", 1) == [
        ("guest-1", "bare", is_open),
        ("guest-3", "bare", is_open),
    ]


@pytest.mark.parametrize(("way", "is_open"), [("closed", False), ("open", True)])
def test_from_a_guest_of_type_2_to_its_host(way: str, is_open: bool) -> None:
    world = live([*KVM, vm(3)], mechanisms={"vm.escape": way})
    assert ways(world, "guest", 1) == [("server", "kvm", is_open)]


def test_a_guest_rules_what_runs_in_it() -> None:
    world = live([*KVM, vm(), install("docker", "guest"), box(on="guest")])
    assert ways(world, "guest") == [
        ("server", "kvm", False),
        ("box-1", "linux-2", True),
    ]
    assert ways(world, "box") == [("guest-1", "the shared kernel", False)]


def test_a_container_with_a_kernel_of_its_own_leads_to_its_machine() -> None:
    world = live([*ENGINE, box()], mechanisms={"container.kernel": "own"})
    assert ways(world, "box") == [("box-1-vm", "its own kernel", True)]


def test_a_hole_of_the_shared_kernel() -> None:
    world = live([*ENGINE, box()], mechanisms={"kernel.hole": "open"})
    assert ways(world, "box") == [("server", "a bug of the shared kernel", True)]


def test_a_container_that_was_given_the_right_over_its_host() -> None:
    world = live([*ENGINE, box()])
    container = world.places["box"][0]
    assert isinstance(container, Container)
    assert container.inside is not None
    inside = container.inside
    may = inside.credentials.with_capabilities(ALL_CAPABILITIES)
    container.inside = type(inside)(inside.namespaces, may, inside.hostname)
    assert ways(world, "box") == [("server", "CAP_SYS_ADMIN over the host", True)]


def test_all_capabilities_over_a_user_namespace_of_its_own_are_no_such_right() -> None:
    world = live([*ENGINE, box(uid_map=[{"outside": 100_000}])])
    container = world.places["box"][0]
    assert isinstance(container, Container)
    assert container.inside is not None
    inside = container.inside
    may = inside.credentials.with_capabilities(ALL_CAPABILITIES)
    container.inside = type(inside)(inside.namespaces, may, inside.hostname)
    assert ways(world, "box") == [("server", "the shared kernel", False)]


def test_a_way_is_open_unless_something_stands_in_it() -> None:
    place = live([]).places["server"][0]
    assert Way(place, "x").closed == ""


def test_parts_of_other_kinds_lead_nowhere() -> None:
    world = live([*ENGINE, box()])
    container = world.places["box"][0]
    assert isinstance(container, Container)
    other: Any = object()
    container.kernel.guests[:] = [other]
    assert ways(world, "server") == []
    container.kernel.platform = other
    assert ways(world, "box") == []
