"""What holds for a cloud whatever is ordered, given back and lost."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Run
from tests.simulator.subsystems.cloud.test_cloud import (
    SERVERS,
    WORLD,
    books,
    create,
    delete,
    fail,
    node,
    repair,
    wait,
)
from tests.simulator.worlds import Step, events, run

SETTLED = 200
"""Seconds after which every failure is noticed and every machine has booted."""
POLICIES = ("first_fit", "best_fit", "spread")
STEPS: list[Step] = [
    create(1),
    create(3),
    create(2, "db"),
    create(2, "db", flavour="tiny"),
    create(1, "big", flavour="giant"),
    create(3, "apart", apart=True),
    create(1, programs=["app"], run="app"),
    delete("web"),
    delete("db"),
    delete("apart"),
    fail(1),
    fail(2),
    repair(1),
    wait(5),
    wait(60),
]
GROUPS = [create(1, name) for name in ("web", "db", "big", "apart")]
MICRO = {"systems": {"linux": {"boot": "micro", "services_mib": 10}}}
plans = st.lists(st.sampled_from(STEPS), min_size=1, max_size=8)
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def told(
    plan: list[Step], *, policy: str = "best_fit", recovery: str = "restart"
) -> Run:
    arms = {
        "a": {"label": "a", "plan": [*plan, wait(SETTLED)]},
        "names": {"label": "never run: names the groups", "plan": GROUPS},
    }
    return run(
        world={**WORLD, **MICRO},
        arms=arms,
        mechanisms={"cloud.placement": policy, "cloud.recovery": recovery},
    )


def machines_on(done: Run, number: int) -> list[dict[str, Any]]:
    """The virtual machines that a server's hypervisor has."""
    found: list[dict[str, Any]] = node(done, number)["children"][0]["children"]
    return found


@FEW
@given(plans, st.sampled_from(POLICIES), st.sampled_from(["restart", "none"]))
def test_whatever_is_ordered_the_laws_hold(
    plan: list[Step], policy: str, recovery: str
) -> None:
    done = told(plan, policy=policy, recovery=recovery)
    assert done.verdict == "completed"
    _in_order_and_with_causes(done)
    _the_books_are_what_the_hypervisors_have(done)
    _every_order_is_accounted_for(done, recovery)
    _memory_adds_up(done)
    _groups_keep_apart(done)


def _in_order_and_with_causes(done: Run) -> None:
    assert all(first.time <= second.time for first, second in pairwise(done.events))
    for event in done.events:
        assert event.cause is None or event.cause < event.seq
        assert (event.cause is None) == (event.actor == "operator")
        assert event.outcome != "failed" or event.detail["log"]


def _the_books_are_what_the_hypervisors_have(done: Run) -> None:
    homes = books(done)["homes"]
    for number in range(1, SERVERS + 1):
        name = f"cloud-{number}"
        there = {m["name"] for m in machines_on(done, number) if m["state"] == "on"}
        promised = {machine for machine, home in homes.items() if home == name}
        assert there <= promised
        if node(done, number)["state"] == "off":
            assert promised == there == set()


def _every_order_is_accounted_for(done: Run, recovery: str) -> None:
    seen = books(done)
    made = len(events(done, "place", outcome="ok"))
    assert seen["building"] == 0
    assert seen["active"] == done.metrics["kernels"]
    assert seen["active"] + seen["error"] <= made + seen["refused"]
    assert seen["restarted"] <= (seen["lost"] if recovery == "restart" else 0)
    assert seen["in_use"] == len(set(seen["homes"].values()))
    assert seen["cost_millicents"] >= 0


def _memory_adds_up(done: Run) -> None:
    for number in range(1, SERVERS + 1):
        server = node(done, number)
        inside = sum(
            m["used_kib"] for m in machines_on(done, number) if m["state"] == "on"
        )
        assert inside <= server["used_kib"] <= server["ram_kib"]
        assert sum(server["charges"].values()) == server["used_kib"]


def _groups_keep_apart(done: Run) -> None:
    homes = Counter(
        home for name, home in books(done)["homes"].items() if name.startswith("apart-")
    )
    assert max(homes.values(), default=1) == 1


@FEW
@given(plans, st.sampled_from(POLICIES))
def test_what_is_sold_is_there(plan: list[Step], policy: str) -> None:
    done = told(plan, policy=policy)
    sizes = {"small": (2, 2048), "tiny": (1, 100), "giant": (2, 65536)}
    flavour_of: dict[str, list[str]] = {}
    for step in plan:
        ((verb, arguments),) = step.items()
        if verb == "create_server":
            found = flavour_of.setdefault(arguments["name"], [])
            found += [arguments["flavour"]] * arguments["count"]
    used: Counter[str] = Counter()
    memory: Counter[str] = Counter()
    for name, home in books(done)["homes"].items():
        group, _, number = name.rpartition("-")
        vcpus, ram = sizes[flavour_of[group][int(number) - 1]]
        used[home] += vcpus
        memory[home] += ram
    assert max(used.values(), default=0) <= WORLD["clouds"]["cloud"]["cores"]
    assert max(memory.values(), default=0) <= 8192 - 300


@FEW
@given(plans)
def test_the_bill_grows_with_the_servers_in_use_only(plan: list[Step]) -> None:
    first = told(plan)
    longer = told([*plan, wait(3600)])
    rate = first.observation["clouds"]["cloud"]["in_use"] * 100_000
    grown = books(longer)["cost_millicents"] - books(first)["cost_millicents"]
    assert abs(grown - rate) <= 1


@FEW
@given(plans, st.sampled_from(POLICIES))
def test_every_run_repeats(plan: list[Step], policy: str) -> None:
    first, second = (told(plan, policy=policy) for _ in range(2))
    assert first.trace_hash == second.trace_hash


@pytest.mark.parametrize("policy", POLICIES)
def test_orders_that_fit_are_carried_out_whatever_the_policy(policy: str) -> None:
    done = told([create(9)], policy=policy)
    assert (books(done)["active"], books(done)["refused"]) == (9, 0)
    per_server = Counter(books(done)["homes"].values())
    assert sorted(per_server.values()) == [3, 3, 3]


@pytest.mark.parametrize("policy", POLICIES)
def test_the_tenth_is_refused_whatever_the_policy(policy: str) -> None:
    done = told([create(10)], policy=policy)
    assert (books(done)["active"], books(done)["refused"]) == (9, 1)


def test_recovery_needs_room() -> None:
    done = told([create(9), fail(1)])
    assert books(done)["lost"] == 3
    assert books(done)["active"] == 6
    assert books(done)["refused"] == 3
    assert books(done)["error"] == 3


def test_a_failed_server_is_not_paid_for() -> None:
    kept, lost = told([create(1), wait(3600)]), told([create(1), fail(1), wait(3600)])
    mechanism = told([create(1), fail(1), wait(3600)], recovery="none")
    assert books(mechanism)["cost_millicents"] < books(kept)["cost_millicents"]
    assert books(lost)["in_use"] == 1
