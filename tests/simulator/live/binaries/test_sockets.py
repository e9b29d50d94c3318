"""Ports of a real network namespace, in a sandbox."""

from errno import EADDRINUSE, ECONNREFUSED
from typing import Any

import pytest

from simulator.live.binaries import writing
from simulator.live.binaries.sockets import CANNOT_SERVE, LOOPBACK_BIT
from simulator.live.sandbox import Told, carry_out
from simulator.subsystems.network.namespace import WILDCARD
from tests.simulator.live.binaries.test_asking import answers
from tests.simulator.live.plans import program, run, wait

CALLS = ("socket", "bind", "listen", "connect")
LOCAL = 1 << LOOPBACK_BIT


def listen(port: int, address: str = WILDCARD) -> tuple[str, Any]:
    return ("listen", {"port": port, "address": address})


def connect(port: int, *, needed: bool = True) -> tuple[str, Any]:
    return ("connect", {"to": "localhost", "port": port, "needed": needed})


def together(*programs: tuple[str, Any]) -> Told:
    """Start programs of one step each, one after the other."""
    plan = [program(n, f"/p{n}", step) for n, step in enumerate(programs)]
    count = len(plan)
    plan += [run(count + n, f"{n}", f"/p{n}") for n in range(count)]
    return carry_out([*plan, wait(2 * count, 1)], calls=CALLS)


def ends(told: Told) -> dict[str, int]:
    return {f["name"]: f["code"] for f in told.facts if f["kind"] == "ended"}


def test_a_port_is_taken_once() -> None:
    told = together(listen(80), listen(80), listen(81))
    assert answers(told) == [
        (writing.BIND, 80, 0),
        (writing.BIND, 80, EADDRINUSE),
        (writing.BIND, 81, 0),
    ]
    assert ends(told) == {"1": CANNOT_SERVE}


def test_the_loopback_is_an_address_of_its_own() -> None:
    told = together(listen(80, "127.0.0.1"), connect(80))
    assert answers(told) == [(writing.BIND, LOCAL | 80, 0), (writing.CONNECT, 80, 0)]
    assert ends(told) == {}


@pytest.mark.parametrize(("needed", "ended"), [(True, {"0": 1}), (False, {})])
def test_a_client_without_a_server(needed: bool, ended: dict[str, int]) -> None:
    told = together(connect(80, needed=needed))
    assert answers(told) == [(writing.CONNECT, 80, ECONNREFUSED)]
    assert ends(told) == ended
