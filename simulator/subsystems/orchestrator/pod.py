"""A pod: one container on one node, and how it stands."""

from dataclasses import dataclass, field

from simulator.engine import Gate, Task
from simulator.subsystems.container import Container
from simulator.subsystems.orchestrator.models import Template
from simulator.subsystems.orchestrator.nodes import Node


@dataclass(slots=True, eq=False)
class Pod:
    """One pod. Its containers come and go; it stays on its node until it is deleted."""

    name: str
    owner: str
    """The deployment that it belongs to; nothing for a pod that was made by hand."""
    template: Template
    seq: int
    """The last event about it."""
    made_us: int = 0
    node: Node | None = None
    state: str = "pending"
    """``pending``, ``starting``, ``running``, ``waiting`` (for its next restart),
    ``deleted``."""
    ready: bool = False
    restarts: int = 0
    container: Container | None = None
    started_us: int = 0
    delay_us: int = 0
    """What the next restart may have to wait."""
    refused: bool = False
    """True once the scheduler has said that no node has room for it."""
    task: Task | None = None
    """The kubelet's work on it."""
    probes: list[Task] = field(default_factory=list)
    deleted: Gate = field(default_factory=Gate)
    """Opens when it is to go."""
