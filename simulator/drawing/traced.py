"""Which events of a trace are about which part of the final world.

An element of a drawing carries the ``seq`` of its events in ``data-seq``, so that a
page can lead from a box to the rows of a trace and back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.events import Event
from simulator.trace import Run

Node = Mapping[str, Any]
Pid = tuple[str, int]

NAMING = ("target", "place", "on")
"""Keys of an event's detail that hold the name of a part."""
MOST = 24
"""An element names no more events than this: the first ones."""


class Traced:
    """The events of a run, by the part that they are about."""

    def __init__(self, run: Run) -> None:
        self._parts: dict[str, list[int]] = {}
        self._processes: dict[Pid, list[int]] = {}
        self._owner: dict[int, Pid] = {}
        self._programs: dict[Pid, str] = {}
        self._cgroups: Mapping[str, Node] = run.observation["cgroups"]
        for event in run.events:
            self._file(event)

    def machines(self, run: Run) -> list[Node]:
        """Return the machines of a run; each node has its events as ``seqs``."""
        return [self._node(node, "") for node in run.observation["machines"].values()]

    def part(self, name: str) -> tuple[int, ...]:
        """Return the events that name a part, or of which it is the actor."""
        return tuple(self._parts.get(name, ())[:MOST])

    def process(self, kernel: str, pid: int) -> tuple[int, ...]:
        """Return the events of one process of a kernel."""
        return tuple(self._processes.get((kernel, pid), ())[:MOST])

    def program(self, kernel: str, pid: int) -> str:
        """Return the name of the file that a process was started from, or nothing."""
        return self._programs.get((kernel, pid), "")

    def cgroups(self, kernel: str) -> Node:
        """Return the cgroups of a kernel by path."""
        return self._cgroups.get(kernel, {})

    def _file(self, event: Event) -> None:
        owner = self._process_of(event)
        names = {str(event.detail[key]) for key in NAMING if key in event.detail}
        if owner is None:
            names.add(event.actor)
        else:
            self._owner[event.seq] = owner
            if event.action == "execve":
                path = str(event.detail["target"])
                self._programs[owner] = path.rpartition("/")[2]
            self._processes.setdefault(owner, []).append(event.seq)
        for name in sorted(names):
            self._parts.setdefault(name, []).append(event.seq)

    def _process_of(self, event: Event) -> Pid | None:
        """A kernel's event with a pid, or one that the process's own event led to."""
        if "pid" in event.detail:
            return event.actor, event.detail["pid"]
        owner = None if event.cause is None else self._owner.get(event.cause)
        return owner if owner is not None and owner[0] == event.actor else None

    def _node(self, node: Node, kernel: str) -> Node:
        kernel = node["name"] if node["kind"] == "kernel" else kernel
        if node["kind"] == "process":
            seqs = self.process(kernel, node["pid"])
        else:
            seqs = self.part(node["name"])
        children = [self._node(child, kernel) for child in node["children"]]
        return {**node, "children": children, "seqs": seqs}


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, depth first."""
    yield node
    for child in node["children"]:
        yield from walk(child)
