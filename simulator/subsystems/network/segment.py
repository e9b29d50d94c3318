"""A network that namespaces are attached to: a LAN, or a bridge of one machine."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import Interface, NetworkNamespace

LAST_HOST = 254
"""Of the 256 numbers of such a subnet the first and the last name no host."""


@dataclass(slots=True, eq=False)
class Network:
    """One broadcast domain: a subnet, who is in it, and what names it answers."""

    name: str
    prefix: str
    """The first three numbers of its addresses, with the dot."""
    answers_names: bool
    """A name server knows its members (a LAN's, or a user-defined network's)."""
    routed: bool
    """Hosts forward to it what their containers send: a LAN, not another bridge."""
    members: dict[str, NetworkNamespace] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def attach(
        self, namespace: NetworkNamespace, interface: str, names: Iterable[str] = ()
    ) -> str:
        """Give a namespace an interface and an address here; return the address.

        Raises NetworkError EADDRNOTAVAIL when the subnet has no address left.
        """
        number = len(self.members) + 1
        if number > LAST_HOST:
            raise NetworkError("EADDRNOTAVAIL", f"{self.name}: no address is left")
        address = f"{self.prefix}{number}"
        self.members[address] = namespace
        namespace.interfaces.append(Interface(interface, address, self))
        for name in names:
            self.names.setdefault(name, []).append(address)
        return address

    def look_up(self, name: str) -> list[str]:
        """Return the addresses of a name whose members are up."""
        if not self.answers_names:
            return []
        return [
            address
            for address in self.names.get(name, [])
            if self.members[address].is_up()
        ]
