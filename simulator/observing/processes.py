"""A process as the tree shows it."""

from collections.abc import Iterator

from simulator.observing.node import Node, See, node
from simulator.subsystems.processes import Process

DEEPEST = 100
"""Below so many generations a tree is shown as a list."""
_SHOWN = {"gone": "exited"}


def see_process(process: Process, see: See) -> Node:  # noqa: ARG001
    """Return one process with its children that live at the same place."""
    return _tree(process, DEEPEST)


def _tree(process: Process, levels: int) -> Node:
    if levels:
        children = [_tree(child, levels - 1) for child in _inside(process)]
    else:
        children = [_alone(child, []) for child in _below(process)]
    return _alone(process, children)


def _alone(process: Process, children: list[Node]) -> Node:
    state = _SHOWN.get(process.state, process.state)
    return node("process", process.program.name, state, children, pid=process.pid)


def _inside(process: Process) -> list[Process]:
    return [child for child in process.children if child.place == process.place]


def _below(process: Process) -> Iterator[Process]:
    """Go through children, their children and so on, however deep that is."""
    waiting = _inside(process)
    while waiting:
        child = waiting.pop(0)
        yield child
        waiting += _inside(child)


def is_first(process: Process) -> bool:
    """Return whether no parent at the same place shows this process already."""
    parent = process.parent
    if parent is None or parent is process.kernel.init:
        return True
    return parent.place != process.place or process not in parent.children
