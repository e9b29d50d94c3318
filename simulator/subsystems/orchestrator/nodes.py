"""Nodes: machines with a container engine, as the orchestrator knows them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.engine import Gate
from simulator.mechanisms import Value
from simulator.subsystems.container import ContainerEngine

if TYPE_CHECKING:
    from simulator.subsystems.memory import Memory

PERIOD_US = 10_000_000
"""A node renews its lease so often, and so often the leases are looked at."""


@dataclass(slots=True, eq=False)
class Node:
    """One node. Its kubelet lives as long as the engine's kernel."""

    name: str
    find_engine: Callable[[], ContainerEngine | None]
    """Returns the engine that runs on it now, if one does."""
    engine: ContainerEngine
    """The one that ran when the node was last heard of."""
    renewed_us: int
    """When it last renewed its lease."""
    ready: bool = True
    state_seq: int = 0
    """The event that made it ready, or not."""
    lost_us: int = 0
    """When its lease ran out."""
    away: bool = False
    """True while its agent is missed by a pod."""
    back: Gate = field(default_factory=Gate)
    """Opens when its kubelet is there again."""
    promised: dict[str, int] = field(default_factory=dict)
    """Per pod: the memory that is set aside for it, in KiB."""

    @property
    def kubelet(self) -> str:
        """The name of its agent, which acts in the trace."""
        return f"kubelet-{self.name}"

    @property
    def free_kib(self) -> int:
        """What can still be promised."""
        memory: Memory = self.engine.host.platform.memory
        return memory.capacity_kib - sum(self.promised.values())

    def running_engine(self) -> ContainerEngine | None:
        """Return the engine when it runs; a new one after the node's restart."""
        if self.engine.state == "running":
            return self.engine
        found = self.find_engine()
        if found is not None:
            self.engine = found
        return found


def choose_node(
    nodes: Sequence[Node], ram_kib: int, group: Sequence[str], mechanism: Value
) -> Node | None:
    """Return the node for a pod that needs so much memory; None when none has it.

    ``group``: the nodes' names where its like are. ``mechanism``: ``spread`` keeps
    away from these, ``pack`` fills one node after the other.
    """
    fitting = [node for node in nodes if node.ready and node.free_kib >= ram_kib]
    if not fitting:
        return None
    if mechanism == "pack":
        return max(fitting, key=lambda node: len(node.promised))
    return min(fitting, key=lambda node: (group.count(node.name), len(node.promised)))


def why_none(nodes: Sequence[Node]) -> str:
    """Return what a scheduler says that has found no node."""
    reasons = ", ".join(_reasons(nodes))
    return f"0/{len(nodes)} nodes are available: {reasons or 'there are none'}."


def _reasons(nodes: Sequence[Node]) -> Iterator[str]:
    down = sum(not node.ready for node in nodes)
    if down:
        yield f"{down} node(s) had untolerated taint node.kubernetes.io/unreachable"
    if down < len(nodes):
        yield f"{len(nodes) - down} Insufficient memory"
