"""How fast the simulator is on this machine, and whether that meets its bars.

Times are processor time of one thread. Everything is set against SimPy's timeouts per
second, measured in turns with it, so the bars hold on slower and busier machines too.
SimPy is no dependency: without it there are figures, but nothing to compare with.
"""

from simulator.benchmarks.clouds import cloud_measures
from simulator.benchmarks.engines import REFERENCE_RATE, Pace, engine_measures, pace
from simulator.benchmarks.measures import Measure
from simulator.benchmarks.questions import question_measures, question_times

__all__ = [
    "REFERENCE_RATE",
    "Measure",
    "Pace",
    "cloud_measures",
    "engine_measures",
    "pace",
    "question_measures",
    "question_times",
]
