"""How fast live probes start, beside other tools that this machine has.

Times are wall time, since most of it is the kernel's. Tools are optional: what is not
found is said to be missing. Rounds of all go in turns, so that a busy minute hits each.
"""

from simulator.benchmarks.live.containers import container_figures
from simulator.benchmarks.live.figures import Figures
from simulator.benchmarks.live.machines import machine_figures
from simulator.benchmarks.live.others import cores_of_others

__all__ = ["Figures", "container_figures", "cores_of_others", "machine_figures"]
