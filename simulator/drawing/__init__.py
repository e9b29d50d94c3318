"""Drawings of runs as SVG: topology and the two towers."""

from simulator.drawing.topology import draw_topology
from simulator.drawing.towers import draw_two_towers

__all__ = ["draw_topology", "draw_two_towers"]
