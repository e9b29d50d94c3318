"""The way from one namespace to a socket: names, neighbours, gateways, NAT."""

from dataclasses import dataclass

from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import (
    LOOPBACK,
    NetworkNamespace,
    Socket,
    Target,
)

BRIDGE = "br-"
"""How the name of a bridge begins: the host's own end of a network of containers."""
SYN_RETRIES = 6
FIRST_TIMEOUT_US = 1_000_000
"""Linux repeats an unanswered SYN six times (tcp(7)), each wait twice the last; the
first is one second (RFC 6298)."""
SYN_TIMEOUT_US = FIRST_TIMEOUT_US * (2 ** (SYN_RETRIES + 1) - 1)
NEIGHBOUR_TIMEOUT_US = 3 * FIRST_TIMEOUT_US
"""Three requests for a hardware address, a second each (arp(7))."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An open way: the socket at its end and what it went through."""

    socket: Socket
    namespace: NetworkNamespace
    via: tuple[str, ...]
    """``loopback``, ``bridge``, ``lan``, ``gateway``, ``nat``, ``proxy``."""


def resolve(namespace: NetworkNamespace, name: str) -> list[str]:
    """Return the addresses of a name, as processes in the namespace get them.

    The name servers are those of its networks, then those of its gateway's; a host
    does not ask the name server of the bridges that it has. Raises NetworkError
    EAI_NONAME when none of them knows it.
    """
    if name.replace(".", "").isdigit():
        return [name]
    if name == "localhost":
        return [LOOPBACK]
    at: NetworkNamespace | None = namespace
    while at is not None:
        for interface in at.interfaces:
            network = interface.network
            asked = network is not None and not interface.name.startswith(BRIDGE)
            found = network.look_up(name) if network is not None and asked else []
            if found:
                return found
        at = at.gateway
    raise NetworkError("EAI_NONAME", f"{name}: Name or service not known")


def connect(
    namespace: NetworkNamespace, address: str, port: int, *, publish: str = "nat"
) -> Connection:
    """Find the socket that a connection from here reaches.

    ``publish`` is the mechanism ``network.publish``. Raises NetworkError with
    ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH or ENETUNREACH.
    """
    if namespace.has(address):
        return _arrive(namespace, address, port, ("loopback",), publish)
    namespace.check_up(address)
    interface = namespace.interface_to(address)
    if interface is not None and interface.network is not None:
        way = "lan" if interface.network.routed else "bridge"
        found = interface.network.members.get(address)
        if found is None or not found.is_up():
            raise _nobody(namespace, address)
        namespace.neighbours.add(address)
        return _arrive(found, address, port, (way,), publish)
    if namespace.gateway is None or not namespace.gateway.is_up():
        raise _unanswered(address)
    return _forward(namespace.gateway, address, port, publish)


def _forward(
    router: NetworkNamespace, address: str, port: int, publish: str
) -> Connection:
    """Go on from a container's host: to itself or its LAN, to no other bridge."""
    if router.has(address):
        return _arrive(router, address, port, ("gateway",), publish)
    interface = router.interface_to(address)
    if interface is None or interface.network is None or not interface.network.routed:
        raise _unanswered(address)
    onward = connect(router, address, port, publish=publish)
    return Connection(onward.socket, onward.namespace, ("gateway", *onward.via))


def _arrive(
    namespace: NetworkNamespace,
    address: str,
    port: int,
    via: tuple[str, ...],
    publish: str,
) -> Connection:
    socket = namespace.listener(address, port)
    if socket is None:
        raise NetworkError(
            "ECONNREFUSED", f"connect {address}:{port}: Connection refused"
        )
    if socket.leads_to is None:
        return Connection(socket, namespace, via)
    proxied = publish == "proxy" or address.startswith("127.")
    return _published(f"{address}:{port}", socket.leads_to, via, proxied=proxied)


def _published(
    asked: str, target: Target, via: tuple[str, ...], *, proxied: bool
) -> Connection:
    """Go through a published port: a rewritten address, or a proxy's own call.

    Loopback traffic is not rewritten: a proxy accepts it and asks the container.
    When the container refuses, the caller of a proxy sees an open connection reset.
    """
    behind = target.namespace.listener(target.address, target.port)
    if behind is not None:
        way = "proxy" if proxied else "nat"
        return Connection(behind, target.namespace, (*via, way))
    said = f"nothing listens on {target.address}:{target.port} behind it"
    if proxied:
        raise NetworkError(
            "ECONNRESET", f"connect {asked}: Connection reset by peer, {said}"
        )
    raise NetworkError("ECONNREFUSED", f"connect {asked}: Connection refused, {said}")


def _nobody(namespace: NetworkNamespace, address: str) -> NetworkError:
    """Return what is seen of a neighbour that does not answer."""
    if address in namespace.neighbours:
        return _unanswered(address)
    log = f"connect {address}: No route to host"
    return NetworkError("EHOSTUNREACH", log, NEIGHBOUR_TIMEOUT_US)


def _unanswered(address: str) -> NetworkError:
    log = f"connect {address}: Connection timed out"
    return NetworkError("ETIMEDOUT", log, SYN_TIMEOUT_US)
