"""The way to a socket: loopback, bridge, gateway, published port; and its errors."""

import pytest

from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import (
    LOOPBACK,
    WILDCARD,
    NetworkNamespace,
    Target,
)
from simulator.subsystems.network.ways import (
    NEIGHBOUR_TIMEOUT_US,
    SYN_TIMEOUT_US,
    connect,
    resolve,
)
from tests.simulator.subsystems.network.stacks import Server, Stacks

S = 1_000_000


def error_of(
    namespace: NetworkNamespace, address: str, port: int = 80, publish: str = "nat"
) -> tuple[str, int]:
    with pytest.raises(NetworkError) as caught:
        connect(namespace, address, port, publish=publish)
    return caught.value.errno_name, caught.value.waited_us


def published(listen: str = WILDCARD) -> Stacks:
    stacks = Stacks()
    stacks.web.bind(listen, 80, Server())
    target = Target(stacks.web, stacks.web.address, 80)
    stacks.host.bind(WILDCARD, 8080, Server(), target)
    return stacks


def test_an_unanswered_connection_is_given_up_after_127_seconds() -> None:
    assert SYN_TIMEOUT_US == 127 * S
    assert NEIGHBOUR_TIMEOUT_US == 3 * S


def test_loopback_is_each_namespaces_own() -> None:
    stacks = Stacks()
    socket = stacks.web.bind(LOOPBACK, 80, Server())
    found = connect(stacks.web, LOOPBACK, 80)
    assert (found.socket, found.namespace, found.via) == (
        socket,
        stacks.web,
        ("loopback",),
    )
    assert error_of(stacks.db, LOOPBACK) == ("ECONNREFUSED", 0)
    assert error_of(stacks.host, LOOPBACK) == ("ECONNREFUSED", 0)


def test_a_listener_on_loopback_is_not_reached_by_its_address() -> None:
    stacks = Stacks()
    stacks.web.bind(LOOPBACK, 80, Server())
    assert error_of(stacks.web, stacks.web.address) == ("ECONNREFUSED", 0)
    assert error_of(stacks.db, stacks.web.address) == ("ECONNREFUSED", 0)


def test_neighbours_on_a_bridge() -> None:
    stacks = Stacks()
    stacks.web.bind(WILDCARD, 80, Server())
    assert connect(stacks.db, stacks.web.address, 80).via == ("bridge",)
    assert connect(stacks.host, stacks.web.address, 80).via == ("bridge",)


def test_another_bridge_of_the_host_does_not_answer() -> None:
    stacks = Stacks()
    stacks.far.bind(WILDCARD, 80, Server())
    assert error_of(stacks.web, stacks.far.address) == ("ETIMEDOUT", 127 * S)


def test_an_address_behind_the_bridge_of_another_machine_does_not_answer() -> None:
    stacks = Stacks()
    stacks.web.bind(WILDCARD, 80, Server())
    assert error_of(stacks.laptop, stacks.web.address) == ("ETIMEDOUT", 127 * S)


def test_out_of_a_container_to_the_lan_and_to_its_host() -> None:
    stacks = Stacks()
    stacks.laptop.bind(WILDCARD, 80, Server())
    stacks.host.bind(WILDCARD, 22, Server())
    assert connect(stacks.web, stacks.laptop.address, 80).via == ("gateway", "lan")
    assert connect(stacks.web, "10.0.0.1", 22).via == ("gateway",)


def test_a_dead_gateway_forwards_nothing() -> None:
    stacks = Stacks()
    stacks.down.add("host")
    assert error_of(stacks.web, stacks.laptop.address)[0] == "ETIMEDOUT"


def test_nobody_at_an_address_of_the_lan() -> None:
    assert error_of(Stacks().host, "10.0.0.99") == ("EHOSTUNREACH", 3 * S)


def test_a_machine_that_went_away_answers_nothing() -> None:
    stacks = Stacks()
    stacks.laptop.bind(WILDCARD, 80, Server())
    stacks.down.add("laptop")
    address = stacks.laptop.address
    assert error_of(stacks.host, address) == ("EHOSTUNREACH", 3 * S)
    stacks.down.clear()
    connect(stacks.host, address, 80)
    stacks.down.add("laptop")
    assert error_of(stacks.host, address) == ("ETIMEDOUT", 127 * S)


def test_with_loopback_alone_no_network_is_reached() -> None:
    stacks = Stacks()
    assert error_of(stacks.namespace("none"), "10.0.0.1") == ("ENETUNREACH", 0)


def test_a_published_port_from_outside_and_from_the_host() -> None:
    stacks = published()
    assert connect(stacks.laptop, "10.0.0.1", 8080).via == ("lan", "nat")
    assert connect(stacks.host, LOOPBACK, 8080).via == ("loopback", "proxy")
    assert connect(stacks.web, "10.0.0.1", 8080).via == ("gateway", "nat")
    found = connect(stacks.laptop, "10.0.0.1", 8080, publish="proxy")
    assert (found.via, found.namespace) == (("lan", "proxy"), stacks.web)


def test_behind_a_published_port_a_loopback_listener_is_not_reached() -> None:
    stacks = published(LOOPBACK)
    assert error_of(stacks.laptop, "10.0.0.1", 8080) == ("ECONNREFUSED", 0)
    assert error_of(stacks.host, LOOPBACK, 8080) == ("ECONNRESET", 0)
    assert error_of(stacks.laptop, "10.0.0.1", 8080, "proxy") == ("ECONNRESET", 0)


def test_the_inner_port_is_not_open_on_the_host() -> None:
    assert error_of(published().laptop, "10.0.0.1", 80) == ("ECONNREFUSED", 0)


def test_names() -> None:
    stacks = Stacks()
    assert resolve(stacks.web, "localhost") == [LOOPBACK]
    assert resolve(stacks.web, "10.1.2.3") == ["10.1.2.3"]
    assert resolve(stacks.web, "db") == [stacks.db.address]
    assert resolve(stacks.web, "laptop") == [stacks.laptop.address]


def test_a_name_on_another_network_is_not_known() -> None:
    stacks = Stacks()
    for asking in (stacks.laptop, stacks.far):
        with pytest.raises(NetworkError) as caught:
            resolve(asking, "web")
        assert (caught.value.errno_name, caught.value.errno) == ("EAI_NONAME", -2)
        assert caught.value.log == "web: Name or service not known"


def test_a_network_without_a_name_server_answers_no_name() -> None:
    with pytest.raises(NetworkError, match="db: Name or service not known"):
        resolve(Stacks(answers_names=False).web, "db")


def test_the_name_of_what_is_down_is_not_given_out() -> None:
    stacks = Stacks()
    stacks.down.add("db")
    with pytest.raises(NetworkError, match="db: Name or service not known"):
        resolve(stacks.web, "db")


def test_several_members_may_have_one_name() -> None:
    stacks = Stacks()
    stacks.bridge.attach(stacks.far, "eth1", ["db"])
    assert resolve(stacks.web, "db") == [stacks.db.address, "172.18.0.4"]
