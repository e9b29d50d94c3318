"""A network namespace: interfaces, addresses, and the ports bound in it.

Ports belong to a namespace, not to a machine: two namespaces of one kernel may both
have a listener on port 80. Loopback is an interface of each namespace alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from simulator.subsystems.network.errors import BindError, NetworkError

LOOPBACK = "127.0.0.1"
WILDCARD = "0.0.0.0"  # noqa: S104  a value of the model; nothing is bound here
SMALL_BITS = 24
LAST_HOST = 254
"""Of the 256 numbers of such a subnet the first and the last name no host."""


class Owner(Protocol):
    """What holds a socket: it is free again when the owner has ended."""

    @property
    def alive(self) -> bool:
        """False when it has ended."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One end of a network in a namespace."""

    name: str
    address: str
    network: "Network | None" = None
    """What it leads to; nothing for loopback."""


@dataclass(frozen=True, slots=True)
class Socket:
    """A bound socket. A published port is one too: it leads on to a container."""

    address: str
    port: int
    owner: Owner
    leads_to: "Target | None" = None

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a published port leads."""

    namespace: "NetworkNamespace"
    address: str
    port: int


@dataclass(slots=True)
class NetworkNamespace:
    """What one set of processes sees of networks."""

    name: str
    is_up: Callable[[], bool]
    """False when nothing in it can answer any more."""
    reuse_port: bool = False
    """Let several sockets have one address and port (SO_REUSEPORT)."""
    interfaces: list[Interface] = field(
        default_factory=lambda: [Interface("lo", LOOPBACK)]
    )
    sockets: list[Socket] = field(default_factory=list)
    gateway: "NetworkNamespace | None" = None
    """The namespace that forwards what is for no network of this one."""
    neighbours: set[str] = field(default_factory=set)
    """Addresses whose hardware address is known from an earlier connection."""

    @property
    def address(self) -> str:
        """The address that others know it by; loopback's when it has no other."""
        return self.interfaces[min(1, len(self.interfaces) - 1)].address

    def has(self, address: str) -> bool:
        """Tell whether an address is one of this namespace."""
        return address.startswith("127.") or any(
            interface.address == address for interface in self.interfaces
        )

    def interface_to(self, address: str) -> Interface | None:
        """Return the interface whose network an address belongs to."""
        for interface in self.interfaces:
            network = interface.network
            if network is not None and address.startswith(network.prefix):
                return interface
        return None

    def bind(
        self, address: str, port: int, owner: Owner, leads_to: Target | None = None
    ) -> Socket:
        """Give ``owner`` the port on an address, or on all when it is the wildcard.

        Raises BindError: EADDRNOTAVAIL for an address of another, EADDRINUSE when an
        owner that is alive has the port on that address.
        """
        if address != WILDCARD and not self.has(address):
            log = f"bind {address}:{port}: Cannot assign requested address"
            raise BindError("EADDRNOTAVAIL", log)
        taken = self._taken(address, port)
        if taken is not None and not self.reuse_port:
            log = f"bind {address}:{port}: Address already in use"
            raise BindError("EADDRINUSE", log)
        socket = Socket(address, port, owner, leads_to)
        self.sockets.append(socket)
        return socket

    def close(self, owner: Owner, port: int) -> bool:
        """Take a port back from an owner; False when it had none."""
        kept = [s for s in self.sockets if s.owner is not owner or s.port != port]
        closed = len(kept) < len(self.sockets)
        self.sockets = kept
        return closed

    def listener(self, address: str, port: int) -> Socket | None:
        """Return the socket that a connection to this address and port reaches."""
        self._forget_ended()
        for socket in self.sockets:
            if socket.port == port and socket.address in {WILDCARD, address}:
                return socket
        return None

    def check_up(self, address: str) -> None:
        """Raise NetworkError when nothing but loopback can be used from here."""
        if len(self.interfaces) == 1:
            raise NetworkError(
                "ENETUNREACH", f"connect {address}: Network is unreachable"
            )

    def _taken(self, address: str, port: int) -> Socket | None:
        self._forget_ended()
        for socket in self.sockets:
            overlap = WILDCARD in {address, socket.address}
            if socket.port == port and (overlap or address == socket.address):
                return socket
        return None

    def _forget_ended(self) -> None:
        self.sockets = [socket for socket in self.sockets if socket.owner.alive]


@dataclass(slots=True, eq=False)
class Network:
    """One broadcast domain: a subnet, who is in it, and what names it answers."""

    name: str
    prefix: str
    """The first two or three numbers of its addresses, with the dot."""
    answers_names: bool
    """A name server knows its members (a LAN's, or a user-defined network's)."""
    routed: bool
    """Hosts forward to it what their containers send: a LAN, not another bridge."""
    members: dict[str, NetworkNamespace] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    absent: list[Callable[[], object]] = field(default_factory=list)
    """Makes members take part that nobody has needed so far."""

    def attach(
        self, namespace: NetworkNamespace, interface: str, names: Iterable[str] = ()
    ) -> str:
        """Give a namespace an interface and an address here; return the address.

        Whoever was here before under the same name gets the address back that it
        had. Raises NetworkError EADDRNOTAVAIL when the subnet has no address left.
        """
        address = self._leased(namespace.name) or self._free()
        self.members[address] = namespace
        namespace.interfaces.append(Interface(interface, address, self))
        for name in names:
            known = self.names.setdefault(name, [])
            if address not in known:
                known.append(address)
        return address

    def _leased(self, name: str) -> str:
        return next((a for a, had in self.members.items() if had.name == name), "")

    def _free(self) -> str:
        """Return an address that nobody has had, else one that nobody has now."""
        number = len(self.members) + 1
        if number <= self.most:
            return self._numbered(number)
        for address, member in self.members.items():
            if not member.is_up():
                self._forget(address)
                return address
        raise NetworkError("EADDRNOTAVAIL", f"{self.name}: no address is left")

    @property
    def bits(self) -> int:
        """How many bits all of its addresses begin with."""
        return 8 * self.prefix.count(".")

    @property
    def most(self) -> int:
        """How many members it has addresses for."""
        return LAST_HOST if self.bits == SMALL_BITS else LAST_HOST * 256

    def _numbered(self, number: int) -> str:
        if self.bits == SMALL_BITS:
            return f"{self.prefix}{number}"
        third, last = divmod(number - 1, LAST_HOST)
        return f"{self.prefix}{third}.{last + 1}"

    def _forget(self, address: str) -> None:
        for known in self.names.values():
            if address in known:
                known.remove(address)

    def look_up(self, name: str) -> list[str]:
        """Return the addresses of a name whose members are up."""
        if not self.answers_names:
            return []
        while self.absent:
            self.absent.pop(0)()
        return [
            address
            for address in self.names.get(name, [])
            if self.members[address].is_up()
        ]
