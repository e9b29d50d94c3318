"""A process as the tree shows it."""

from simulator.observing.node import Node, See, node
from simulator.subsystems.kernel import Process


def see_process(process: Process, _see: See) -> Node:
    """Return one process."""
    state = "running" if process.running else "exited"
    return node("process", process.program.name, state, [], pid=process.pid)
