"""Who reaches whom, in any arrangement of hosts, networks and containers.

The rules are written down a second time here, as a textbook would put them, and the
ways that packets take are held against them.
"""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.subsystems.network.bridges import DEFAULT, NONE, Bridges
from simulator.subsystems.network.errors import NETWORK_ERRNO, NetworkError
from simulator.subsystems.network.namespace import (
    LOOPBACK,
    WILDCARD,
    Network,
    NetworkNamespace,
)
from simulator.subsystems.network.ways import Connection, connect, resolve
from tests.simulator.subsystems.network.stacks import Server

PORT = 80
HOSTS = ("north", "south")
NETWORKS = (DEFAULT, "shop", "vault", NONE)
INTERNAL = "vault"


@dataclass(frozen=True)
class Plan:
    """One container: where it is, and where its server listens."""

    host: str
    network: str
    listens: str
    """An address, or nothing."""
    published: bool


plans = st.lists(
    st.builds(
        Plan,
        host=st.sampled_from(HOSTS),
        network=st.sampled_from(NETWORKS),
        listens=st.sampled_from(["", LOOPBACK, WILDCARD]),
        published=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)
publishing = st.sampled_from(["nat", "proxy"])


class Site:
    """Hosts on a LAN with their containers, as some plans say."""

    def __init__(self, wanted: list[Plan], names: str = "user-defined") -> None:
        self.plans = wanted
        self.lan = Network("lan", "10.0.0.", answers_names=True, routed=True)
        self.hosts = {name: NetworkNamespace(name, lambda: True) for name in HOSTS}
        self.outside = NetworkNamespace("outside", lambda: True)
        for stack in (*self.hosts.values(), self.outside):
            self.lan.attach(stack, "eth0", [stack.name])
        self.bridges = {
            name: Bridges(stack, names, "exclusive")
            for name, stack in self.hosts.items()
        }
        self.stacks = [self._container(n, plan) for n, plan in enumerate(wanted)]

    def _container(self, number: int, plan: Plan) -> NetworkNamespace:
        made = self.bridges[plan.host]
        stack = made.plug(
            f"c{number}",
            plan.network,
            lambda: True,
            internal=plan.network == INTERNAL,
        )
        if plan.listens:
            stack.bind(plan.listens, PORT, Server())
        if plan.published:
            made.publish(Server(), stack, 8000 + number, PORT)
        return stack

    def by_address(self, client: int, server: int) -> str:
        stack, target = self.stacks[client], self.stacks[server]
        return outcome(stack, target.address, PORT)


def outcome(
    stack: NetworkNamespace, address: str, port: int, publish: str = "nat"
) -> str:
    try:
        connect(stack, address, port, publish=publish)
    except NetworkError as error:
        return error.errno_name
    return "ok"


@settings(max_examples=60, deadline=None)
@given(plans)
def test_containers_reach_each_other_on_one_network_of_one_host(
    wanted: list[Plan],
) -> None:
    site = Site(wanted)
    for client, first in enumerate(wanted):
        for server, second in enumerate(wanted):
            if client == server or NONE in {first.network, second.network}:
                continue
            together = (first.host, first.network) == (second.host, second.network)
            found = site.by_address(client, server)
            if not together and first.network == second.network:
                # Each host numbers its own: the address is that of another one here.
                continue
            if together and second.listens == WILDCARD:
                assert found == "ok"
            elif together:
                assert found == "ECONNREFUSED"
            else:
                assert found in {"ETIMEDOUT", "EHOSTUNREACH", "ECONNREFUSED", "ok"}
                assert (
                    found != "ok"
                    or site.stacks[client].has(site.stacks[server].address)
                    or first.host != second.host
                )


@settings(max_examples=60, deadline=None)
@given(plans)
def test_loopback_leads_nowhere_but_home(wanted: list[Plan]) -> None:
    site = Site(wanted)
    for stack, plan in zip(site.stacks, wanted, strict=True):
        expected = "ok" if plan.listens else "ECONNREFUSED"
        assert outcome(stack, LOOPBACK, PORT) == expected
    for host in site.hosts.values():
        assert outcome(host, LOOPBACK, PORT) == "ECONNREFUSED"


@settings(max_examples=60, deadline=None)
@given(plans)
def test_a_host_reaches_its_containers_and_nobody_elses(wanted: list[Plan]) -> None:
    site = Site(wanted)
    for stack, plan in zip(site.stacks, wanted, strict=True):
        if plan.network == NONE:
            continue
        found = outcome(site.hosts[plan.host], stack.address, PORT)
        assert found == ("ok" if plan.listens == WILDCARD else "ECONNREFUSED")
        assert outcome(site.outside, stack.address, PORT) == "ETIMEDOUT"


@settings(max_examples=60, deadline=None)
@given(plans, publishing)
def test_a_published_port_is_open_to_all_who_reach_the_host(
    wanted: list[Plan], publish: str
) -> None:
    site = Site(wanted)
    refused = "ECONNREFUSED" if publish == "nat" else "ECONNRESET"
    for number, plan in enumerate(wanted):
        address, port = site.hosts[plan.host].address, 8000 + number
        clients = [site.outside, *site.hosts.values()]
        clients += [s for s in site.stacks if s.gateway is not None]
        for client in clients:
            found = outcome(client, address, port, publish)
            if not plan.published:
                assert found == "ECONNREFUSED"
            elif plan.network == NONE:
                # Its only address is loopback's, and there it listens on any.
                assert found == ("ok" if plan.listens else refused)
            else:
                assert found == ("ok" if plan.listens == WILDCARD else refused)


@settings(max_examples=60, deadline=None)
@given(plans)
def test_without_a_gateway_there_is_no_way_out(wanted: list[Plan]) -> None:
    site = Site(wanted)
    for stack, plan in zip(site.stacks, wanted, strict=True):
        found = outcome(stack, site.outside.address, PORT)
        expected = {NONE: "ENETUNREACH", INTERNAL: "ETIMEDOUT"}
        assert found == expected.get(plan.network, "ECONNREFUSED")


@settings(max_examples=60, deadline=None)
@given(plans, st.sampled_from(["user-defined", "every", "none"]))
def test_a_name_is_known_on_its_own_network_only(
    wanted: list[Plan], names: str
) -> None:
    site = Site(wanted, names)
    for client, first in enumerate(wanted):
        for server, second in enumerate(wanted):
            together = (first.host, first.network) == (second.host, second.network)
            answers = names == "every" or (
                names == "user-defined" and first.network != DEFAULT
            )
            knows = together and answers and first.network != NONE
            assert _known(site.stacks[client], f"c{server}") == knows
            assert _known(site.outside, f"c{server}") is False
        reaches_lan = first.network not in {NONE, INTERNAL}
        assert _known(site.stacks[client], "north") == reaches_lan


def _known(stack: NetworkNamespace, name: str) -> bool:
    try:
        return len(resolve(stack, name)) == 1
    except NetworkError as error:
        return error.errno_name != "EAI_NONAME"


@settings(max_examples=60, deadline=None)
@given(plans)
def test_no_two_containers_of_a_host_have_one_address(wanted: list[Plan]) -> None:
    site = Site(wanted)
    for host in HOSTS:
        addresses = [
            stack.address
            for stack, plan in zip(site.stacks, wanted, strict=True)
            if plan.host == host and plan.network != NONE
        ]
        assert len({*addresses, site.hosts[host].address}) == len(addresses) + 1


@settings(max_examples=60, deadline=None)
@given(plans, publishing)
def test_every_failure_has_a_number_and_a_line(
    wanted: list[Plan], publish: str
) -> None:
    site = Site(wanted)
    clients = [site.outside, *site.hosts.values(), *site.stacks]
    targets = {LOOPBACK, "192.0.2.7", *(client.address for client in clients)}
    for client in clients:
        for address in sorted(targets):
            for port in (PORT, 8000):
                _either_way(client, address, port, publish)


def _either_way(
    client: NetworkNamespace, address: str, port: int, publish: str
) -> None:
    error, found = attempt(client, address, port, publish)
    if error is not None:
        assert error.errno == NETWORK_ERRNO[error.errno_name]
        assert error.log.startswith("connect ")
        assert error.waited_us >= 0
        return
    assert isinstance(found, Connection)
    assert found.socket.leads_to is None
    assert found.via
    assert found.socket in found.namespace.sockets


def attempt(
    client: NetworkNamespace, address: str, port: int, publish: str
) -> tuple[NetworkError | None, Connection | None]:
    try:
        return None, connect(client, address, port, publish=publish)
    except NetworkError as error:
        return error, None
