"""Drawings of runs as SVG: what stands on what, what happened when, who has what."""

from collections.abc import Callable, Mapping

from simulator.drawing.memory import draw_memory
from simulator.drawing.namespaces import draw_namespaces
from simulator.drawing.processes import draw_processes
from simulator.drawing.timeline import draw_timeline
from simulator.drawing.topology import draw_topology
from simulator.drawing.towers import draw_two_towers
from simulator.trace import Run

DRAWINGS: Mapping[str, Callable[[Run], str]] = {
    "topology": draw_topology,
    "timeline": draw_timeline,
    "memory": draw_memory,
    "namespaces": draw_namespaces,
    "processes": draw_processes,
}
"""Every kind of drawing of a run."""

__all__ = [
    "DRAWINGS",
    "draw_memory",
    "draw_namespaces",
    "draw_processes",
    "draw_timeline",
    "draw_topology",
    "draw_two_towers",
]
