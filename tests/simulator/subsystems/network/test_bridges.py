"""The bridges of an engine: subnets, name servers, published ports."""

import pytest

from simulator.subsystems.network.bridges import DEFAULT, NONE, Bridges
from simulator.subsystems.network.errors import BindError, NetworkError
from simulator.subsystems.network.namespace import (
    LOOPBACK,
    WILDCARD,
    NetworkNamespace,
)
from simulator.subsystems.network.ways import connect, resolve
from tests.simulator.subsystems.network.stacks import Server, Stacks


def bridges(names: str = "user-defined", ports: str = "exclusive") -> Bridges:
    return Bridges(Stacks().host, names, ports)


def plug(
    made: Bridges, name: str, network: str = DEFAULT, *, internal: bool = False
) -> NetworkNamespace:
    return made.plug(name, network, lambda: True, [f"{name}-alias"], internal=internal)


def test_each_network_has_a_subnet_of_its_own() -> None:
    made = bridges()
    found = [plug(made, f"c{n}", network) for n, network in enumerate("aabc")]
    assert [stack.address for stack in found] == [
        "172.18.0.2",
        "172.18.0.3",
        "172.19.0.2",
        "172.20.0.2",
    ]
    assert plug(made, "plain").address == "172.17.0.2"


def test_containers_of_different_networks_do_not_reach_each_other() -> None:
    made = bridges()
    web, far = plug(made, "web", "a"), plug(made, "far", "b")
    far.bind(WILDCARD, 80, Server())
    with pytest.raises(NetworkError) as caught:
        connect(web, far.address, 80)
    assert caught.value.errno_name == "ETIMEDOUT"


@pytest.mark.parametrize(
    ("names", "default", "own"),
    [
        ("user-defined", False, True),
        ("every", True, True),
        ("none", False, False),
    ],
)
@pytest.mark.parametrize("asked", ["db", "db-alias"])
def test_which_networks_know_names(
    names: str, default: bool, own: bool, asked: str
) -> None:
    for network, knows in ((DEFAULT, default), ("shop", own)):
        made = bridges(names)
        web, db = plug(made, "web", network), plug(made, "db", network)
        if knows:
            assert resolve(web, asked) == [db.address]
            continue
        with pytest.raises(NetworkError) as caught:
            resolve(web, asked)
        assert caught.value.errno_name == "EAI_NONAME"


def test_an_internal_network_has_names_and_no_way_out() -> None:
    made = bridges()
    web, db = (plug(made, name, "vault", internal=True) for name in ("web", "db"))
    db.bind(WILDCARD, 80, Server())
    assert connect(web, resolve(web, "db")[0], 80).via == ("bridge",)
    assert web.gateway is None
    with pytest.raises(NetworkError) as caught:
        connect(web, "10.0.0.2", 80)
    assert caught.value.errno_name == "ETIMEDOUT"


def test_the_host_does_not_ask_the_name_servers_of_its_bridges() -> None:
    stacks = Stacks()
    made = Bridges(stacks.host, "every", "exclusive")
    plug(made, "alone")
    with pytest.raises(NetworkError):
        resolve(stacks.host, "alone")


def test_no_network_is_loopback_only() -> None:
    found = plug(bridges(), "lonely", NONE)
    assert [interface.name for interface in found.interfaces] == ["lo"]
    assert found.address == LOOPBACK


def test_a_published_port_leads_to_the_container() -> None:
    stacks = Stacks()
    made = Bridges(stacks.host, "none", "exclusive")
    web, server = plug(made, "web"), Server()
    web.bind(WILDCARD, 80, server)
    made.publish(Server(), web, 8080, 80)
    found = connect(stacks.laptop, stacks.host.address, 8080)
    assert (found.socket.owner, found.via) == (server, ("lan", "nat"))


def test_a_port_is_published_once() -> None:
    made = bridges()
    web, owner = plug(made, "web"), Server()
    made.publish(owner, web, 8080, 80)
    with pytest.raises(BindError) as caught:
        made.publish(Server(), plug(made, "two"), 8080, 80)
    assert caught.value.errno_name == "EADDRINUSE"
    assert caught.value.log == (
        "driver failed programming external connectivity on endpoint two: "
        "Bind for 0.0.0.0:8080 failed: port is already allocated"
    )
    owner.alive = False
    made.publish(Server(), web, 8080, 80)


def test_shared_ports_can_be_published_twice() -> None:
    stacks = Stacks()
    stacks.host.reuse_port = True
    made = Bridges(stacks.host, "none", "shared")
    first = plug(made, "first")
    made.publish(Server(), first, 80, 80)
    made.publish(Server(), plug(made, "second"), 80, 80)
    first.bind(WILDCARD, 80, Server())
    first.bind(WILDCARD, 80, Server())
    assert len(first.sockets) == 2
