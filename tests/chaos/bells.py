"""A doorbell that fails: some rings are dropped, some are heard twice."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from quizzes import wakeups

DROPPED, DOUBLED = 0.2, 0.2


@contextmanager
def unreliable_bells(rng: random.Random) -> Iterator[Counter[str]]:
    """Every ring of this process may fail; counts what became of them."""
    ring = wakeups.ring
    counts: Counter[str] = Counter()

    def fail_sometimes(lane: str) -> bool:
        draw = rng.random()
        if draw < DROPPED:
            counts["dropped"] += 1
            return False
        if draw < DROPPED + DOUBLED:
            counts["doubled"] += 1
            ring(lane)
        return ring(lane)

    wakeups.ring = fail_sometimes
    try:
        yield counts
    finally:
        wakeups.ring = ring
