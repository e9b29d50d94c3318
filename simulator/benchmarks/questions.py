"""How long all arms of a question take, with the claims over them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from simulator.benchmarks.measures import Measure, percentile, seconds
from simulator.evaluation import evaluate
from simulator.scenario.model import Scenario

BARS_MS = {50: 3.0, 95: 10.0}
VARIANTS = 60
"""How many executions are timed; they go round the variants."""


def question_times(
    scenario: Scenario, *, slowdown: float = 1.0, variants: int = VARIANTS
) -> list[float]:
    """Time executions of all arms and claims of one question, in milliseconds each.

    ``slowdown`` says how much slower this machine is than the one that bars are meant
    for; the times are divided by it.
    """
    return [1000 * spent / slowdown for spent in _times(scenario, variants)]


def question_measures(times: Mapping[str, Sequence[float]]) -> Iterator[Measure]:
    """Go through the percentiles of each question's times, then of all together.

    The bars are meant for a question, whichever it is: they stand with all together.
    """
    for name, own in times.items():
        for percent in BARS_MS:
            yield Measure(f"{name}, p{percent}", percentile(own, percent), "ms")
    together = [time for own in times.values() for time in own]
    for percent, bar in BARS_MS.items() if together else ():
        name = f"a question, whichever of these, p{percent}"
        yield Measure(name, percentile(together, percent), "ms", bar)


def _times(scenario: Scenario, variants: int) -> Iterator[float]:
    """Go through the times of executions; a first one, which warms up, is left out."""
    evaluate(scenario, scenario.variant(0))
    step = max(1, scenario.space_size // variants)
    for number in range(variants):
        seed = number * step
        yield seconds(partial(evaluate, scenario, scenario.variant(seed), seed=seed))
