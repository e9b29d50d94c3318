"""A process as the tree shows it."""

from simulator.observing.node import Node, See, node
from simulator.subsystems.processes import Process

_SHOWN = {"gone": "exited"}


def see_process(process: Process, see: See) -> Node:
    """Return one process with its children that live at the same place."""
    state = _SHOWN.get(process.state, process.state)
    children = [
        see(child) for child in process.children if child.place == process.place
    ]
    return node("process", process.program.name, state, children, pid=process.pid)


def is_first(process: Process) -> bool:
    """Return whether no parent at the same place shows this process already."""
    parent = process.parent
    if parent is None or parent is process.kernel.init:
        return True
    return parent.place != process.place or process not in parent.children
