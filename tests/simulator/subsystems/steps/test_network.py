"""Programs that listen, give back and connect, in any order and company."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Run
from simulator.subsystems.network.errors import NETWORK_ERRNO
from tests.simulator.worlds import ENGINE, Step, box, events, run

PORTS = (80, 81)
MOVES: list[dict[str, Any]] = [
    *[{"listen": {"port": port}} for port in PORTS],
    {"listen": {"port": 80, "address": "127.0.0.1"}},
    *[{"close": {"port": port}} for port in PORTS],
    {"connect": {"to": "localhost", "port": 80, "needed": False}},
    {"connect": {"to": "one", "port": 80, "needed": False}},
    {"connect": {"to": "two", "port": 81, "needed": False}},
    {"connect": {"to": "one", "port": 81}},
    {"sleep": {"ms": 300}},
    {"exit": {"status": 0}},
]
moves = st.lists(st.sampled_from(MOVES), max_size=7)
FEW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def two(first: list[Any], second: list[Any], network: str = "shop", **more: Any) -> Run:
    """Two containers, each with a program that does these things."""
    programs = {
        name: {"path": f"/srv/{name}", "format": "elf", "does": steps}
        for name, steps in (("one", first), ("two", second))
    }
    image = {"size_mib": 9, "programs": ["one", "two"], "libraries": ["glibc"]}
    world = {
        "systems": {"linux": {"boot": "micro"}},
        "networks": {"shop": {}},
        "programs": programs,
        "images": {"both": image},
    }
    plan: list[Step] = [
        *ENGINE,
        box(1, "one", image="both", run="one", network=network),
        box(1, "two", image="both", run="two", network=network),
        {"wait": {"seconds": 5}},
    ]
    return run(plan, world=world, **more)


def socket_events(done: Run) -> list[Any]:
    wanted = {"listen", "bind", "close", "connect"}
    return [e for e in done.events if e.action in wanted and e.actor == "linux-1"]


@FEW
@given(moves, moves)
def test_every_failure_has_a_number_and_a_line(
    first: list[Any], second: list[Any]
) -> None:
    done = two(first, second)
    assert done.verdict == "completed"
    for event in socket_events(done):
        assert event.cause is not None
        assert event.cause < event.seq
        if event.outcome == "failed":
            name = event.detail["errno_name"]
            assert event.detail["errno"] == NETWORK_ERRNO[name]
            assert event.detail["log"]


@FEW
@given(moves, moves)
def test_a_server_without_its_port_ends_with_status_1(
    first: list[Any], second: list[Any]
) -> None:
    done = two(first, second)
    for failed in events(done, "bind"):
        (ended,) = [e for e in events(done, "exit") if e.cause == failed.seq]
        assert ended.detail["exit_status"] == 1


@FEW
@given(moves)
def test_nothing_is_closed_that_was_not_open(first: list[Any]) -> None:
    done = two(first, [])
    open_ports: Counter[str] = Counter()
    for event in socket_events(done):
        if event.action == "listen":
            open_ports[event.detail["target"].rpartition(":")[2]] += 1
        elif event.action == "close":
            port = event.detail["target"].removeprefix("port ")
            assert open_ports[port] > 0
            open_ports[port] = 0


@FEW
@given(moves, moves)
def test_on_the_default_bridge_no_name_is_known(
    first: list[Any], second: list[Any]
) -> None:
    done = two(first, second, network="bridge")
    for event in events(done, "connect", actor="linux-1"):
        if not event.detail["target"].startswith("localhost:"):
            assert event.detail["errno_name"] == "EAI_NONAME"


@FEW
@given(moves, moves)
def test_two_containers_never_take_each_others_ports(
    first: list[Any], second: list[Any]
) -> None:
    alone = {
        name: [
            (e.action, e.outcome) for e in socket_events(done) if e.action != "connect"
        ]
        for name, done in (("one", two(first, [])), ("two", two([], second)))
    }
    together = [e for e in socket_events(two(first, second)) if e.action != "connect"]
    if any("needed" not in m.get("connect", {"needed": 0}) for m in (*first, *second)):
        return  # A client that ends for want of its server does less when alone.
    assert len(together) == sum(len(entries) for entries in alone.values())


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([MOVES[0], MOVES[1]], [("listen", "ok"), ("listen", "ok")]),
        ([MOVES[0], MOVES[0]], [("listen", "ok"), ("bind", "failed")]),
        ([MOVES[0], MOVES[2]], [("listen", "ok"), ("bind", "failed")]),
        ([MOVES[2], MOVES[0]], [("listen", "ok"), ("bind", "failed")]),
        (
            [MOVES[0], MOVES[3], MOVES[0]],
            [("listen", "ok"), ("close", "ok"), ("listen", "ok")],
        ),
        ([MOVES[3]], []),
        ([MOVES[0], MOVES[5]], [("listen", "ok"), ("connect", "ok")]),
        ([MOVES[5]], [("connect", "failed")]),
        ([MOVES[2], MOVES[6]], [("listen", "ok"), ("connect", "failed")]),
        ([MOVES[0], MOVES[6]], [("listen", "ok"), ("connect", "ok")]),
    ],
)
def test_one_after_the_other(steps: list[Any], told: list[tuple[str, str]]) -> None:
    done = two(steps, [])
    assert [(e.action, e.outcome) for e in socket_events(done)] == told


def test_a_needed_server_decides_about_life() -> None:
    done = two([MOVES[8]], [])
    (failed,) = events(done, "connect", actor="linux-1")
    (ended,) = events(done, "exit")
    assert (ended.cause, ended.detail["exit_status"]) == (failed.seq, 1)
    fine = two([MOVES[1], MOVES[8]], [])
    assert events(fine, "exit") == []
