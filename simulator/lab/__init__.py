"""An interactive shell on a simulated machine: each command is backed by the world.

``open_lab`` boots a machine and gives a ``Lab``; ``run_line`` carries out one line of
shell on it, in virtual time, and returns what a terminal would show.
"""

from simulator.lab.opening import default_scenario, open_lab
from simulator.lab.session import Answer, is_complete, prompt, run_line
from simulator.lab.state import Lab

__all__ = [
    "Answer",
    "Lab",
    "default_scenario",
    "is_complete",
    "open_lab",
    "prompt",
    "run_line",
]
