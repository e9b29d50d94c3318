"""Going through scenarios on this machine, the built-in ones and others."""

from collections.abc import Callable, Iterable

from simulator.live.capabilities import Report
from simulator.live.fidelity import Comparison, Duration, Examination, examine
from simulator.live.machines import vm_comparisons
from simulator.live.probes import GUESTS
from simulator.scenario.model import Scenario


def examine_all(
    scenarios: Iterable[Scenario],
    report: Report,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Examination:
    """Examine the first variant of each scenario; virtual machines in their own way.

    ``say`` hears of each scenario before it is gone through.
    """
    comparisons: list[Comparison] = []
    durations: list[Duration] = []
    for scenario in scenarios:
        say(scenario.key)
        if scenario.key == f"probe-{GUESTS}":
            comparisons += vm_comparisons(report)
            continue
        seen = examine(scenario, scenario.variant(0), report)
        comparisons += seen.comparisons
        durations += seen.durations
    return Examination(tuple(comparisons), tuple(durations))
