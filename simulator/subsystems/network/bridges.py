"""The bridges of one container engine: the default one, and those that users define."""

from collections.abc import Callable, Iterable, Mapping
from itertools import count

from simulator.mechanisms import Value
from simulator.subsystems.network.errors import BindError
from simulator.subsystems.network.namespace import (
    WILDCARD,
    Network,
    NetworkNamespace,
    Owner,
    Target,
)
from simulator.subsystems.network.ways import BRIDGE

DEFAULT = "bridge"
"""The network of containers that name none."""
NONE = "none"
"""A network namespace with nothing but loopback."""
HOST = "host"
"""The host's own namespace."""
FIRST_SUBNET = 17
"""The default bridge has 172.17.0.0/16 as a rule, the next ones count on."""


class Bridges:
    """Networks of one host for containers, each made when it is first used.

    ``names``: the mechanism ``network.names``, which of them have a name server.
    """

    __slots__ = ("_host", "_internal", "_names", "_networks", "_shares_ports")

    def __init__(self, host: NetworkNamespace, names: Value, ports: Value) -> None:
        self._host = host
        self._names = names
        self._shares_ports = ports == "shared"
        self._networks: dict[str, Network] = {}
        self._internal: set[str] = set()
        self._network(DEFAULT)

    @property
    def networks(self) -> Mapping[str, Network]:
        """The bridges that there are, by name."""
        return self._networks

    def is_internal(self, network: str) -> bool:
        """Return whether a network was made without a way out."""
        return network in self._internal

    def create(self, name: str, *, internal: bool) -> None:
        """Make a network that is not there yet; ``internal``: without a way out."""
        self._network(name)
        if internal:
            self._internal.add(name)

    def remove(self, name: str) -> None:
        """Take away a network that nobody is on; the host has no interface to it."""
        network = self._networks.pop(name)
        self._internal.discard(name)
        self._host.interfaces = [
            e for e in self._host.interfaces if e.network is not network
        ]

    def plug(
        self,
        name: str,
        network: str,
        is_up: Callable[[], bool],
        aliases: Iterable[str] = (),
        *,
        internal: bool = False,
    ) -> NetworkNamespace:
        """Return a stack for a container on one of the networks.

        ``internal``: without a gateway, so that nothing outside can be reached.
        Raises NetworkError EADDRNOTAVAIL when the subnet is full.
        """
        stack = NetworkNamespace(name, is_up, self._shares_ports)
        if network == NONE:
            return stack
        if internal:
            self._internal.add(network)
        if network not in self._internal:
            stack.gateway = self._host
        self._network(network).attach(stack, "eth0", [name, *aliases])
        return stack

    def publish(
        self, owner: Owner, stack: NetworkNamespace, host_port: int, port: int
    ) -> None:
        """Let a port of the host lead to a port of a container.

        An owner that is started again gets its port anew. Raises BindError
        EADDRINUSE when somebody has it.
        """
        self._host.close(owner, host_port)
        target = Target(stack, stack.address, port)
        try:
            self._host.bind(WILDCARD, host_port, owner, target)
        except BindError as error:
            log = (
                f"driver failed programming external connectivity on endpoint "
                f"{stack.name}: Bind for {WILDCARD}:{host_port} failed: "
                f"port is already allocated"
            )
            raise BindError(error.errno_name, log) from error

    def _network(self, name: str) -> Network:
        found = self._networks.get(name)
        if found is None:
            answers = self._names == "every" or (
                self._names == "user-defined" and name != DEFAULT
            )
            taken = {known.prefix for known in self._networks.values()}
            prefixes = (f"172.{number}." for number in count(FIRST_SUBNET))
            prefix = next(prefix for prefix in prefixes if prefix not in taken)
            found = self._networks[name] = Network(name, prefix, answers, routed=False)
            found.attach(self._host, f"{BRIDGE}{name}")
        return found
