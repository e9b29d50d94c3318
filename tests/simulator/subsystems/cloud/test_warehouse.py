"""The books of a cloud: what is sold, lost and paid for."""

import pytest

from simulator.subsystems.cloud.capacity import Size
from simulator.subsystems.cloud.fleet import light_slots
from simulator.subsystems.cloud.warehouse import HOUR_US, Warehouse

SMALL = Size(1, 10)


def warehouse(policy: str = "first_fit", servers: int = 3) -> Warehouse:
    return Warehouse(policy, light_slots(servers, Size(4, 40)), cost_per_hour=100)


def filled(policy: str, count: int = 6) -> Warehouse:
    books = warehouse(policy)
    for number in range(count):
        books.place(f"vm{number}", SMALL, 0)
    return books


@pytest.mark.parametrize(
    ("policy", "per_server"),
    [("first_fit", [4, 2, 0]), ("best_fit", [4, 2, 0]), ("spread", [2, 2, 2])],
)
def test_where_machines_go(policy: str, per_server: list[int]) -> None:
    books = filled(policy)
    assert [len(slot.promised) for slot in books.slots] == per_server
    assert (books.machines, books.in_use) == (6, sum(n > 0 for n in per_server))


def test_a_full_warehouse_refuses() -> None:
    books = filled("first_fit", 12)
    assert books.place("one more", SMALL, 0) is None
    books.release("vm5", 0)
    slot = books.place("one more", SMALL, 0)
    assert slot is books.slots[1]
    assert books.home_of("one more") is slot
    assert books.home_of("vm5") is None


def test_a_failed_server_loses_its_machines_and_takes_no_more() -> None:
    books = filled("first_fit")
    lost = books.fail(books.slots[0], 0)
    assert lost == [(f"vm{number}", SMALL) for number in range(4)]
    assert (books.machines, books.in_use) == (2, 1)
    for number in range(4):
        slot = books.place(f"vm{number}", SMALL, 0)
        assert slot is not None
        assert slot.index == (1 if number < 2 else 2)


def test_a_repaired_server_comes_back_empty() -> None:
    books = filled("first_fit")
    books.fail(books.slots[0], 0)
    books.repair(books.slots[0])
    assert books.place("new", Size(4, 40), 0) is books.slots[0]


def test_only_servers_in_use_are_paid_for() -> None:
    books = warehouse()
    assert books.cost_millicents(HOUR_US) == 0
    books.place("a", SMALL, 0)
    assert books.cost_millicents(HOUR_US) == 100_000
    books.place("b", Size(4, 40), HOUR_US)
    assert books.cost_millicents(2 * HOUR_US) == 300_000
    books.release("a", 2 * HOUR_US)
    assert books.cost_millicents(3 * HOUR_US) == 400_000
    books.fail(books.slots[1], 3 * HOUR_US)
    assert books.cost_millicents(9 * HOUR_US) == 400_000


def test_a_second_machine_on_a_server_costs_nothing_more() -> None:
    books = filled("first_fit", 4)
    assert books.cost_millicents(HOUR_US) == 100_000
    books.release("vm0", HOUR_US)
    assert books.cost_millicents(2 * HOUR_US) == 200_000


def test_spreading_costs_more_than_packing() -> None:
    costs = {
        policy: filled(policy, 3).cost_millicents(HOUR_US)
        for policy in ("first_fit", "best_fit", "spread")
    }
    assert costs == {"first_fit": 100_000, "best_fit": 100_000, "spread": 300_000}
