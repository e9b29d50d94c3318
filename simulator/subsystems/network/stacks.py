"""Which stack a network namespace has, and the LAN that machines are on.

A stack is made when something uses it for the first time: a world in which nothing
listens or connects has none.
"""

from collections.abc import Callable
from functools import partial

from simulator.subsystems.namespaces import NetNamespace
from simulator.subsystems.network.namespace import Network, NetworkNamespace

LAN_PREFIX = "10.0."
OUTSIDE = "outside"
"""The name of the computer that an operator sits at."""


def stack_of(namespace: NetNamespace) -> NetworkNamespace:
    """Return the stack of a namespace; one that nobody plugs in has loopback only."""
    if namespace.stack is None:
        namespace.stack = (
            namespace.plug()
            if namespace.plug is not None
            else NetworkNamespace(f"net {namespace.number}", _always)
        )
    stack: NetworkNamespace = namespace.stack
    return stack


class Lan:
    """The network that all machines of a world are on, virtual ones as well."""

    __slots__ = ("_network", "_outside", "_shares_ports")

    def __init__(self, ports: object) -> None:
        """``ports``: the mechanism ``network.ports``."""
        self._network = Network("lan", LAN_PREFIX, answers_names=True, routed=True)
        self._shares_ports = ports == "shared"
        self._outside: NetworkNamespace | None = None

    def serve(
        self, namespace: NetNamespace, name: str, is_up: Callable[[], bool]
    ) -> None:
        """See to it that a machine's own namespace is on the network once it is used.

        ``name`` is the machine's; ``is_up`` tells whether its kernel runs.
        """
        namespace.plug = partial(self._plug, name, is_up)
        self._network.absent.append(partial(stack_of, namespace))

    def outside(self) -> NetworkNamespace:
        """Return the stack of a computer on this network that no world declares."""
        if self._outside is None:
            self._outside = NetworkNamespace(OUTSIDE, _always)
            self._network.attach(self._outside, "eth0")
        return self._outside

    def _plug(self, name: str, is_up: Callable[[], bool]) -> NetworkNamespace:
        stack = NetworkNamespace(name, is_up, self._shares_ports)
        self._network.attach(stack, "eth0", [name, *group_of(name)])
        return stack


def group_of(name: str) -> list[str]:
    """Return the name that a member of a group is known by as well: its group's."""
    group, _, number = name.rpartition("-")
    return [group] if group and number.isdigit() else []


def _always() -> bool:
    return True
