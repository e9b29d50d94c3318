"""What is seen of a cloud: its books, and the machines behind them."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.subsystems.cloud.test_cloud import (
    WORLD,
    books,
    cloud_run,
    create,
    delete,
    fail,
    node,
    repair,
    wait,
)
from tests.simulator.worlds import BOOT, run

HOUR_US = 3_600_000_000
FIELDS = [
    "servers",
    "up",
    "in_use",
    "active",
    "building",
    "error",
    "refused",
    "lost",
    "restarted",
    "cost_millicents",
    "homes",
]


def counts(done: Run, *names: str) -> list[int]:
    return [books(done)[name] for name in names]


def test_a_world_without_clouds_shows_none() -> None:
    assert "clouds" not in run(BOOT).observation


def test_an_empty_cloud() -> None:
    done = cloud_run(wait(3600))
    assert list(books(done)) == FIELDS
    assert counts(done, "servers", "up", "in_use", "active") == [3, 3, 0, 0]
    assert books(done)["cost_millicents"] == 0
    assert books(done)["homes"] == {}


def test_its_servers_are_machines_like_others() -> None:
    done = cloud_run(create(2), wait(1))
    machines = done.observation["machines"]
    assert list(machines) == ["server", "cloud-1", "cloud-2", "cloud-3"]
    assert [machine["state"] for machine in machines.values()] == [
        "off",
        "on",
        "on",
        "on",
    ]
    (hypervisor,) = node(done)["children"]
    assert (hypervisor["state"], hypervisor["type"]) == ("running", "type-1")
    assert set(done.metrics["ram_kib"]) == set(machines)


def test_two_clouds_are_two() -> None:
    second = {**WORLD["clouds"]["cloud"], "servers": 1, "cost_cents": 40}
    world = {**WORLD, "clouds": {**WORLD["clouds"], "other": second}}
    done = run([create(1), create(1, "db", cloud="other"), wait(3600)], world=world)
    clouds: dict[str, Any] = done.observation["clouds"]
    assert clouds["cloud"]["homes"] == {"web-1": "cloud-1"}
    assert clouds["other"]["homes"] == {"db-1": "other-1"}
    assert clouds["cloud"]["cost_millicents"] > 2 * clouds["other"]["cost_millicents"]


@pytest.mark.parametrize(
    ("plan", "names", "expected"),
    [
        ((create(1), fail(1)), ("up", "lost", "active"), [2, 1, 0]),
        ((create(1), fail(1), wait(60)), ("restarted", "building"), [1, 0]),
        ((create(1), fail(1), wait(120)), ("restarted", "active"), [1, 1]),
        ((create(1), fail(1), wait(60), repair(1)), ("up", "lost"), [3, 1]),
        ((create(2), delete()), ("active", "in_use", "error"), [0, 0, 0]),
        ((create(1, flavour="giant"),), ("refused", "error", "active"), [1, 1, 0]),
    ],
)
def test_the_books_follow_what_happens(
    plan: Any, names: tuple[str, ...], expected: list[int]
) -> None:
    done = cloud_run(*plan)
    assert counts(done, *names) == expected


def test_only_servers_in_use_cost_something() -> None:
    done = cloud_run(create(3), wait(3600))
    span = done.metrics["duration_us"]
    assert books(done)["cost_millicents"] == span * 100_000 // HOUR_US


def test_homes_change_with_a_failure() -> None:
    before = cloud_run(create(2))
    after = cloud_run(create(2), fail(1), wait(120))
    assert set(books(before)["homes"].values()) == {"cloud-1"}
    assert set(books(after)["homes"].values()) == {"cloud-2"}
    assert node(after, 1)["state"] == "off"
