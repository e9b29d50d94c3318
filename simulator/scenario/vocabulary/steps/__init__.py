"""Steps of a program: what its processes do of themselves after exec."""

from simulator.scenario.vocabulary.steps import (
    calls,
    life,
    memory,
    network,
    privilege,
    storage,
)
from simulator.scenario.vocabulary.steps.reading import STEPS, StepList

__all__ = ["STEPS", "StepList"]

_KINDS = (life, calls, memory, network, privilege, storage)
for _kind in _KINDS:
    STEPS.update(_kind.STEPS)
