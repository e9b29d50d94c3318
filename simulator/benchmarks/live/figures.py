"""Times of several ways to start something, and ours as a ratio to each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.benchmarks.measures import Measure, percentile

PERCENTS = (50, 95)


@dataclass(slots=True)
class Figures:
    """Measures, and why there are no more of them."""

    measures: list[Measure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be measured, and why."""

    def note(self, texts: Iterable[str]) -> None:
        """Append what is not noted yet."""
        self.notes += [text for text in texts if text not in self.notes]

    def add(self, other: "Figures") -> None:
        """Append another one's measures and notes."""
        self.measures += other.measures
        self.note(other.notes)

    def tell(self, what: str, name: str, seconds: Sequence[float]) -> None:
        """Append p50 and p95 of one way, in milliseconds."""
        for percent in PERCENTS:
            value = 1000 * percentile(seconds, percent)
            self.measures.append(Measure(f"{what}, {name}, p{percent}", value, "ms"))

    def compare(
        self,
        what: str,
        times: Mapping[str, Sequence[float]],
        *,
        ours: str,
        bars: Mapping[str, float],
    ) -> None:
        """Append p50 and p95 of each way, then ``ours`` as a ratio to the others.

        ``times`` are seconds by the name of the way. ``bars`` has the most that a ratio
        to a way may be, at p50 and at p95.
        """
        for name, seconds in times.items():
            self.tell(what, name, seconds)
        if ours in times:
            self.measures += _ratios(what, times, ours, bars)


def _ratios(
    what: str,
    times: Mapping[str, Sequence[float]],
    ours: str,
    bars: Mapping[str, float],
) -> Iterator[Measure]:
    for name, seconds in times.items():
        if name == ours:
            continue
        for percent in PERCENTS:
            ratio = percentile(times[ours], percent) / percentile(seconds, percent)
            yield Measure(
                f"{what}, {ours} to {name}, p{percent}", ratio, "ratio", bars.get(name)
            )
