"""How a container is attached: to which network, with which ports published."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.subsystems.namespaces import NetNamespace
from simulator.subsystems.network.bridges import DEFAULT, Bridges
from simulator.subsystems.network.namespace import NetworkNamespace, Owner
from simulator.subsystems.network.stacks import group_of, stack_of


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is asked for one container; by default the engine's own bridge."""

    network: str = DEFAULT
    internal: bool = False
    """The network has no way out."""
    ports: tuple[tuple[int, int], ...] = ()
    """Pairs of a port of the host and the container's port that it leads to."""

    @property
    def is_plain(self) -> bool:
        """True when nobody can tell whether the container is attached already."""
        return self.network == DEFAULT and not self.ports


PLAIN = Attachment()


def attach(
    namespace: NetNamespace,
    name: str,
    wanted: Attachment,
    bridges: Callable[[], Bridges],
    owner: Owner,
) -> None:
    """Plug a container's namespace in, now or when something uses it first.

    ``owner`` holds the published ports. Raises BindError EADDRINUSE when one is
    taken, NetworkError EADDRNOTAVAIL when the network has no address left.
    """

    def plug() -> NetworkNamespace:
        return bridges().plug(
            name,
            wanted.network,
            lambda: owner.alive,
            group_of(name),
            internal=wanted.internal,
        )

    namespace.plug = plug
    if wanted.is_plain:
        return
    stack = stack_of(namespace)
    for host_port, port in wanted.ports:
        bridges().publish(owner, stack, host_port, port)
