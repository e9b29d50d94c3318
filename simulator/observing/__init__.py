"""What is seen of a world: the final state as JSON, and the figures measured.

One module for each kind of part. ``machines`` nests them as the world does.
"""

from simulator.observing.metrics import measure
from simulator.observing.whole import observe

__all__ = ["measure", "observe"]
