"""Ports belong to a namespace; who may have which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.network.errors import BindError, NetworkError
from simulator.subsystems.network.namespace import (
    LOOPBACK,
    WILDCARD,
    Network,
    NetworkNamespace,
)
from tests.simulator.subsystems.network.stacks import Server, Stacks

ADDRESSES = (LOOPBACK, "172.18.0.2", WILDCARD)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (WILDCARD, WILDCARD),
        (WILDCARD, LOOPBACK),
        (LOOPBACK, WILDCARD),
        (LOOPBACK, LOOPBACK),
    ],
)
def test_two_sockets_on_one_port(first: str, second: str) -> None:
    web = Stacks().web
    web.bind(first, 80, Server())
    with pytest.raises(BindError) as caught:
        web.bind(second, 80, Server())
    assert (caught.value.errno_name, caught.value.errno) == ("EADDRINUSE", 98)
    assert caught.value.log == f"bind {second}:80: Address already in use"


def test_two_addresses_have_a_port_each() -> None:
    web = Stacks().web
    web.bind(LOOPBACK, 80, Server())
    second = web.bind(web.address, 80, Server())
    assert web.listener(web.address, 80) is second


def test_another_port_is_free() -> None:
    web = Stacks().web
    web.bind(WILDCARD, 80, Server())
    assert str(web.bind(WILDCARD, 81, Server())) == "0.0.0.0:81"


def test_another_namespace_has_ports_of_its_own() -> None:
    stacks = Stacks()
    first = stacks.web.bind(WILDCARD, 80, Server())
    second = stacks.db.bind(WILDCARD, 80, Server())
    assert stacks.web.listener(stacks.web.address, 80) is first
    assert stacks.db.listener(stacks.db.address, 80) is second


def test_the_end_of_an_owner_frees_its_port() -> None:
    web, server = Stacks().web, Server()
    web.bind(WILDCARD, 80, server)
    server.alive = False
    assert web.listener(LOOPBACK, 80) is None
    assert web.bind(WILDCARD, 80, Server()).port == 80


def test_with_reuse_of_ports_the_first_socket_gets_the_connections() -> None:
    web = Stacks().web
    web.reuse_port = True
    first = web.bind(WILDCARD, 80, Server())
    web.bind(WILDCARD, 80, Server())
    assert web.listener(LOOPBACK, 80) is first


def test_an_address_of_another_cannot_be_bound() -> None:
    stacks = Stacks()
    with pytest.raises(BindError) as caught:
        stacks.web.bind(stacks.db.address, 80, Server())
    assert (caught.value.errno_name, caught.value.errno) == ("EADDRNOTAVAIL", 99)
    assert caught.value.log == "bind 172.18.0.3:80: Cannot assign requested address"


def test_addresses_of_a_namespace() -> None:
    stacks = Stacks()
    assert stacks.namespace("lonely").address == LOOPBACK
    assert (stacks.web.address, stacks.db.address) == ("172.18.0.2", "172.18.0.3")
    assert [i.name for i in stacks.host.interfaces] == [
        "lo",
        "eth0",
        "br-shop",
        "br-other",
    ]
    assert stacks.web.has("127.0.0.5") is True
    assert stacks.web.has("172.18.0.3") is False


def fill(stacks: Stacks) -> None:
    for number in range(4, 255):
        late = stacks.namespace(f"late-{number}")
        assert stacks.bridge.attach(late, "eth0") == f"172.18.0.{number}"


def test_a_subnet_has_an_end() -> None:
    stacks = Stacks()
    fill(stacks)
    with pytest.raises(NetworkError, match="shop: no address is left"):
        stacks.bridge.attach(stacks.namespace("last"), "eth0")


def test_a_large_subnet_counts_on_in_the_third_number() -> None:
    large = Network("large", "10.7.", answers_names=False, routed=False)
    found = [
        large.attach(NetworkNamespace(f"n{number}", lambda: True), "eth0")
        for number in range(510)
    ]
    assert (found[0], found[253], found[254], found[-1]) == (
        "10.7.0.1",
        "10.7.0.254",
        "10.7.1.1",
        "10.7.2.2",
    )
    assert len(set(found)) == 510
    assert (large.bits, large.most) == (16, 65_024)


def test_an_address_that_nobody_uses_any_more_is_given_again() -> None:
    stacks = Stacks()
    fill(stacks)
    stacks.down.add("db")
    last = stacks.namespace("last")
    assert stacks.bridge.attach(last, "eth0", ["last"]) == "172.18.0.3"
    assert stacks.bridge.look_up("db") == []
    assert stacks.bridge.look_up("last") == ["172.18.0.3"]


def test_whoever_comes_back_has_its_address_again() -> None:
    stacks = Stacks()
    again = stacks.namespace("web")
    assert stacks.bridge.attach(again, "eth0", ["web"]) == "172.18.0.2"
    assert stacks.bridge.look_up("web") == ["172.18.0.2"]
    assert stacks.bridge.members["172.18.0.2"] is again


def test_a_port_can_be_given_back() -> None:
    web, server, other = Stacks().web, Server(), Server()
    web.bind(WILDCARD, 80, server)
    web.bind(WILDCARD, 81, server)
    assert web.close(other, 80) is False
    assert web.close(server, 80) is True
    assert web.close(server, 80) is False
    assert web.listener(web.address, 80) is None
    assert web.listener(web.address, 81) is not None


def test_members_take_part_when_somebody_asks_for_a_name() -> None:
    stacks = Stacks()
    late = stacks.namespace("late")
    stacks.lan.absent.append(lambda: stacks.lan.attach(late, "eth0", ["late"]))
    assert late.address == LOOPBACK
    assert stacks.lan.look_up("late") == ["10.0.0.3"]
    assert stacks.lan.look_up("late") == [late.address]


@given(st.lists(st.tuples(st.sampled_from(ADDRESSES), st.integers(1, 3)), max_size=12))
def test_no_connection_could_reach_two_sockets(wanted: list[tuple[str, int]]) -> None:
    web = Stacks().web
    for address, port in wanted:
        try:
            web.bind(address, port, Server())
        except BindError:
            continue
    for address in (LOOPBACK, "172.18.0.2"):
        for port in (1, 2, 3):
            found = [
                socket
                for socket in web.sockets
                if socket.port == port and socket.address in {address, WILDCARD}
            ]
            assert len(found) <= 1
            assert found[:1] == [s for s in [web.listener(address, port)] if s]
