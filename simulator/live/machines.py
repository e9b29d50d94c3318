"""What virtual machines show here, beside what the model says of them."""

from collections.abc import Callable, Iterator

from simulator.evaluation import evaluate
from simulator.live.capabilities import Report
from simulator.live.fidelity import Comparison
from simulator.live.probes import GUESTS, probe
from simulator.live.vm.emulated import run_emulated
from simulator.live.vm.guest import STAGES, Guest, guest
from simulator.live.vm.kvm import run_on_kvm
from simulator.live.vm.life import Life

_LOOPS = 1000
_SECONDS = 5.0
Monitor = Callable[[Guest], Life]
MONITORS: dict[str, Monitor] = {
    "kvm": lambda image: run_on_kvm(image, seconds=_SECONDS),
    "emulation": lambda image: run_emulated(image, seconds=_SECONDS),
}
"""By the name of the capability that each needs."""


def vm_comparisons(report: Report) -> Iterator[Comparison]:
    """Go through the claims about virtual machines, for each way to run one here."""
    scenario = probe(GUESTS)
    model = evaluate(scenario, scenario.variant(0)).claims
    for name, monitor in MONITORS.items():
        capability = report.of(name)
        for claim, observe in CLAIMS.items():
            seen = observe(monitor) if capability.available else None
            yield Comparison(
                f"{scenario.key}-{name}",
                claim,
                model[claim].holds,
                seen,
                capability.reason,
            )


def _boots(monitor: Monitor) -> bool:
    """A guest goes through all its stages by itself, in their order."""
    life = monitor(guest(_LOOPS))
    return life.ended == "done" and list(life.stages) == list(STAGES.values())


def _crash_ends_it(monitor: Monitor) -> bool:
    """A guest whose kernel meets an instruction that does not exist is shut down."""
    return monitor(guest(_LOOPS, crashes=True)).ended == "shutdown"


def _others_go_on(monitor: Monitor) -> bool:
    """After one guest has crashed this process goes on, and another guest boots."""
    monitor(guest(_LOOPS, crashes=True))
    return _boots(monitor)


CLAIMS: dict[str, Callable[[Monitor], bool]] = {
    "guest_boots_by_itself": _boots,
    "crash_ends_the_guest": _crash_ends_it,
    "other_guest_goes_on": _others_go_on,
}
"""Claims of the built-in scenario, and how a monitor shows whether they hold."""
