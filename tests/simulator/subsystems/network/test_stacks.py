"""Stacks of a kernel's namespaces, made when they are needed; calls between them."""

import pytest

from simulator.engine import Engine, Work
from simulator.subsystems.files import FileTree
from simulator.subsystems.namespaces import NetNamespace, initial_namespaces
from simulator.subsystems.network.calls import call
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import (
    LOOPBACK,
    WILDCARD,
    Network,
    NetworkNamespace,
)
from simulator.subsystems.network.stacks import OUTSIDE, Lan, group_of, stack_of
from simulator.subsystems.network.ways import (
    NEIGHBOUR_TIMEOUT_US,
    SYN_TIMEOUT_US,
    Connection,
)
from tests.simulator.subsystems.network.stacks import Server, Stacks
from tests.simulator.worlds import BOOT, run


def net() -> NetNamespace:
    return initial_namespaces(FileTree(), "host").net


def test_a_namespace_that_nobody_plugs_in_has_loopback_only() -> None:
    namespace = net()
    found = stack_of(namespace)
    assert found.name == "net 4026531840"
    assert [i.name for i in found.interfaces] == ["lo"]
    assert found.is_up()
    assert stack_of(namespace) is found


def test_a_stack_is_made_once() -> None:
    namespace, made = net(), []

    def plug() -> NetworkNamespace:
        made.append(NetworkNamespace("x", lambda: True))
        return made[-1]

    namespace.plug = plug
    assert stack_of(namespace) is stack_of(namespace)
    assert len(made) == 1


@pytest.mark.parametrize(
    ("name", "group"),
    [("web-1", ["web"]), ("web", []), ("web-x", []), ("-1", []), ("a-b-12", ["a-b"])],
)
def test_a_member_is_known_by_its_group_too(name: str, group: list[str]) -> None:
    assert group_of(name) == group


def test_a_computer_outside_is_on_the_lan() -> None:
    lan = Lan("exclusive")
    assert lan.outside() is lan.outside()
    assert (lan.outside().name, lan.outside().address) == (OUTSIDE, "10.0.0.1")


def test_a_world_without_network_words_has_no_stack() -> None:
    done = run(BOOT)
    assert "connections" not in done.observation


def called(
    stack: NetworkNamespace, to: str, port: int = 80
) -> tuple[Connection | str, int]:
    """What a call came to, and how long it took."""
    engine, found = Engine(), list[Connection | str]()

    def work() -> Work:
        try:
            found.append((yield from call(stack, to, port, "nat")))
        except NetworkError as error:
            found.append(error.errno_name)

    engine.spawn(work())
    engine.run()
    return found[0], engine.now


def test_a_call_to_a_name() -> None:
    stacks = Stacks()
    stacks.db.bind(WILDCARD, 80, Server())
    found, spent = called(stacks.web, "db")
    assert isinstance(found, Connection)
    assert (found.namespace, spent) == (stacks.db, 0)


@pytest.mark.parametrize(
    ("to", "errno_name", "spent"),
    [
        ("db", "ECONNREFUSED", 0),
        ("nobody", "EAI_NONAME", 0),
        ("localhost", "ECONNREFUSED", 0),
        ("172.18.0.99", "EHOSTUNREACH", NEIGHBOUR_TIMEOUT_US),
        ("192.0.2.1", "ETIMEDOUT", SYN_TIMEOUT_US),
    ],
)
def test_a_call_that_fails_takes_its_time(to: str, errno_name: str, spent: int) -> None:
    assert called(Stacks().web, to) == (errno_name, spent)


def test_a_call_tries_all_addresses_of_a_name() -> None:
    stacks = Stacks()
    stacks.bridge.names["both"] = [stacks.web.address, stacks.db.address]
    stacks.db.bind(WILDCARD, 80, Server())
    found, _ = called(stacks.host, stacks.db.address)
    assert isinstance(found, Connection)
    reached, _ = called(stacks.web, "both")
    assert isinstance(reached, Connection)
    assert reached.namespace is stacks.db


def test_shared_ports_hold_for_the_whole_lan() -> None:
    lone = Network("lan", "10.0.0.", answers_names=True, routed=True)
    assert lone.look_up("nobody") == []
    assert LOOPBACK == "127.0.0.1"
