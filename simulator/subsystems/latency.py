"""How long requests took: the spread that a mean hides."""

from dataclasses import dataclass, field

PERCENTILES = (50, 90, 99)


@dataclass(slots=True)
class Latencies:
    """The requests to one program: what each took, and how many got no answer."""

    spans_us: list[int] = field(default_factory=list)
    failed: int = 0

    def percentile(self, percent: int) -> int:
        """Return the span that so many percent of the answers do not exceed; 0: none.

        The nearest rank: always one of the spans.
        """
        if not self.spans_us:
            return 0
        rank = -(-len(self.spans_us) * percent // 100)
        return sorted(self.spans_us)[max(0, rank - 1)]

    def summary(self) -> dict[str, int]:
        """Return counts, mean, percentiles and maximum, in microseconds."""
        answered = len(self.spans_us)
        return {
            "answered": answered,
            "failed": self.failed,
            "mean": sum(self.spans_us) // answered if answered else 0,
            **{f"p{percent}": self.percentile(percent) for percent in PERCENTILES},
            "max": max(self.spans_us, default=0),
        }
