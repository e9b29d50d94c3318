"""Events per second of the engine, and of SimPy's in the same minute."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from typing import Any

from simulator.benchmarks.measures import Measure, seconds
from simulator.engine import Budget, Engine, Work

SIMPY: Any = import_module("simpy") if find_spec("simpy") else None
"""A development dependency only."""

PROCESSES, TIMEOUTS = 1_000, 100
REFERENCE_RATE = 800_000
"""SimPy's timeouts per second with 1,000 processes, where the bars are meant for."""
TRACED_BAR = 0.6
_UNBOUNDED = Budget(events=2**62, virtual_us=2**62, cpu_ms=2**62, objects=2**62)


@dataclass(frozen=True, slots=True)
class Pace:
    """Events per second, each the median of several rounds taken in turns."""

    untraced: float
    traced: float
    simpy: float | None
    """None when SimPy is not installed."""

    @property
    def slowdown(self) -> float:
        """How much slower this machine is than the one that bars are meant for."""
        return 1.0 if self.simpy is None else REFERENCE_RATE / self.simpy


def pace(rounds: int = 5) -> Pace:
    """Measure the engine with and without a trace, in turns with SimPy."""
    timeouts = PROCESSES * TIMEOUTS
    found: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        theirs = timeouts / seconds(_simpy()) if SIMPY is not None else 0.0
        plain = timeouts / seconds(_engine(is_traced=False).run)
        traced = timeouts / seconds(_engine(is_traced=True).run)
        found.append((plain, traced, theirs))
    plain, traced, theirs = (median(column) for column in zip(*found, strict=True))
    return Pace(plain, traced, theirs or None)


def engine_measures(found: Pace) -> list[Measure]:
    """Return the rates, and the traced one as a ratio to SimPy's."""
    measures = [
        Measure("engine, untraced", found.untraced / 1e6, "million events/s"),
        Measure("engine, each event traced", found.traced / 1e6, "million events/s"),
    ]
    if found.simpy is not None:
        measures += [
            Measure("SimPy, timeouts", found.simpy / 1e6, "million events/s"),
            Measure(
                "traced events to SimPy's timeouts",
                found.traced / found.simpy,
                "ratio",
                TRACED_BAR,
                is_floor=True,
            ),
        ]
    return measures


def _engine(*, is_traced: bool) -> Engine:
    engine = Engine(0, _UNBOUNDED)

    def process(number: int) -> Work:
        for _ in range(TIMEOUTS):
            yield number + 1
            if is_traced:
                engine.record("process", "step", cause=None, target=number)

    for number in range(PROCESSES):
        engine.spawn(process(number))
    return engine


def _simpy() -> Callable[[], object]:
    environment = SIMPY.Environment()

    def process(number: int) -> Iterator[object]:
        for _ in range(TIMEOUTS):
            yield environment.timeout(number + 1)

    for number in range(PROCESSES):
        environment.process(process(number))
    run: Callable[[], object] = environment.run
    return run
