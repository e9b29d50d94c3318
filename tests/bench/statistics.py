"""Percentiles and ratios of samples."""

import math
from collections.abc import Sequence


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample that `share` of all do not exceed (nearest rank)."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


def milliseconds(samples: Sequence[float]) -> str:
    """p50 and p95 of seconds, in words."""
    p50, p95 = (percentile(samples, share) * 1000 for share in (0.50, 0.95))
    return f"{p50:.1f} / {p95:.1f} ms"
