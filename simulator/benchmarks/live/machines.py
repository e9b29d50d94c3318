"""From the creation of a virtual machine to the first output of its guest."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from simulator.benchmarks.live.commands import QEMU, machine_commands, missing
from simulator.benchmarks.live.figures import Figures
from simulator.benchmarks.live.stopwatch import measure
from simulator.live.capabilities import Report
from simulator.live.vm.emulated import run_emulated
from simulator.live.vm.guest import Guest, guest
from simulator.live.vm.kvm import run_on_kvm
from simulator.live.vm.life import Life

Monitor = Callable[..., Life]
WAYS: Mapping[str, tuple[str, Monitor]] = {
    "kvm": ("kvm", run_on_kvm),
    "tcg": ("emulation", run_emulated),
}
"""By QEMU's word for an accelerator: the capability, and our monitor for it."""
WHAT, OURS = "machine to first output", "ours"
FIRST = "real_mode"
"""The stage that ends with the guest's first output."""
ROUNDS = 5
_SECONDS = 10.0


def machine_figures(report: Report, *, count: int, rounds: int = ROUNDS) -> Figures:
    """Start so many machines in each way, in turns by rounds. The bar is QEMU.

    QEMU boots the same guest, as its firmware, and is a process of its own; ours runs
    in this process, as in a worker.
    """
    figures = Figures()
    for accelerator, (name, monitor) in WAYS.items():
        capability = report.of(name)
        if capability.available:
            figures.add(_one_way(accelerator, monitor, -(-count // rounds), rounds))
        else:
            figures.note([f"{name}: {capability.reason}"])
    return figures


def _one_way(accelerator: str, monitor: Monitor, each: int, rounds: int) -> Figures:
    figures = Figures()
    times: dict[str, list[float]] = defaultdict(list)
    first = guest(1)
    monitor(first, seconds=_SECONDS)  # what is loaded once does not count
    with machine_commands(accelerator) as commands:
        figures.note(missing(commands, [QEMU]))
        for _ in range(rounds):
            times[OURS] += [_first_output(monitor, first) for _ in range(each)]
            figures.note(measure(commands, each, times))
    figures.compare(f"{WHAT}, {accelerator}", times, ours=OURS, bars={QEMU: 1.0})
    return figures


def _first_output(monitor: Monitor, first: Guest) -> float:
    """Return the seconds from a machine's creation to the first output."""
    return monitor(first, seconds=_SECONDS).stages[FIRST] / 1e6
