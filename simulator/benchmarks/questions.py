"""How long all arms of a question take, with the claims over them."""

from collections.abc import Iterator
from functools import partial

from simulator.benchmarks.measures import Measure, percentile, seconds
from simulator.evaluation import evaluate
from simulator.scenario.model import Scenario

BARS_MS = {50: 3.0, 95: 10.0}
VARIANTS = 60
"""How many executions are timed; they go round the variants."""


def question_measures(
    scenario: Scenario, *, slowdown: float = 1.0, variants: int = VARIANTS
) -> list[Measure]:
    """Time one execution of all arms and claims, in milliseconds.

    ``slowdown`` says how much slower this machine is than the one that bars are meant
    for; the times are divided by it.
    """
    times = [1000 * spent / slowdown for spent in _times(scenario, variants)]
    return [
        Measure(
            f"{scenario.key}, {len(scenario.arms)} arms, p{percent}",
            percentile(times, percent),
            "ms",
            bar,
        )
        for percent, bar in BARS_MS.items()
    ]


def _times(scenario: Scenario, variants: int) -> Iterator[float]:
    """Go through the times of executions; a first one, which warms up, is left out."""
    evaluate(scenario, scenario.variant(0))
    step = max(1, scenario.space_size // variants)
    for number in range(variants):
        seed = number * step
        yield seconds(partial(evaluate, scenario, scenario.variant(seed), seed=seed))
