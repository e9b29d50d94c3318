"""A warehouse of light servers: an hour of it, and how the work grows."""

from math import log2

import pytest

from simulator.subsystems.cloud.capacity import Size
from simulator.subsystems.cloud.fleet import FLAVOURS, SERVER, run_fleet
from simulator.subsystems.cloud.warehouse import HOUR_US

POLICIES = ("first_fit", "best_fit", "spread")


@pytest.mark.parametrize("policy", POLICIES)
def test_the_work_grows_no_faster_than_n_log_n(policy: str) -> None:
    small, large = (run_fleet(n, 10 * n, policy=policy).steps for n in (100, 1000))
    assert large / small <= 10 * log2(1000) / log2(100)


def test_ten_thousand_servers_hold_a_hundred_thousand_machines() -> None:
    fleet = run_fleet(10_000, 100_000)
    small = run_fleet(100, 1000)
    assert fleet.refused == 0
    assert fleet.warehouse.machines == 100_000
    assert fleet.lost == fleet.restarted > 0
    assert fleet.engine.now == HOUR_US
    assert fleet.steps / small.steps <= 100 * log2(10_000) / log2(100)


@pytest.mark.parametrize("policy", POLICIES)
def test_machines_are_neither_made_nor_lost_by_the_books(policy: str) -> None:
    fleet = run_fleet(300, 3000, policy=policy, restarts=False)
    assert fleet.warehouse.machines == 3000 - fleet.refused - fleet.lost
    assert fleet.lost > 0
    assert fleet.restarted == 0
    for slot in fleet.warehouse.slots:
        sold = list(slot.promised.values())
        assert slot.free_vcpus + sum(s.vcpus for s in sold) == SERVER.vcpus
        assert slot.free_ram_kib + sum(s.ram_kib for s in sold) == SERVER.ram_kib
        assert slot.free_ram_kib >= 0
        assert slot.free_vcpus >= 0


def test_what_a_failed_server_held_runs_elsewhere() -> None:
    fleet = run_fleet(300, 3000)
    assert fleet.lost == fleet.restarted > 0
    assert fleet.warehouse.machines == len(fleet.up) == 3000


def test_a_warehouse_too_small_refuses() -> None:
    fleet = run_fleet(2, 100)
    assert fleet.refused > 0
    assert fleet.refused + len(fleet.up) == 100


def test_packing_needs_fewer_servers_than_spreading() -> None:
    packed, spread = (run_fleet(200, 1000, policy=p) for p in ("best_fit", "spread"))
    assert packed.warehouse.in_use < spread.warehouse.in_use
    assert packed.cost_millicents < spread.cost_millicents


def test_the_same_seed_gives_the_same_fleet() -> None:
    first, second, other = (run_fleet(100, 1000, seed=seed) for seed in (1, 1, 2))
    assert first.cost_millicents == second.cost_millicents
    assert first.steps == second.steps
    assert first.steps != other.steps


def test_more_memory_comes_with_more_processors() -> None:
    assert list(FLAVOURS) == sorted(FLAVOURS, key=lambda size: size.ram_kib)
    assert all(Size(size.vcpus, size.ram_kib) == size for size in FLAVOURS)
