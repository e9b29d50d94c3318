"""The only source of randomness: seeded streams, one per actor.

Each actor draws from a stream of its own, so what one part draws never moves
what another part gets. The generator is SplitMix64, written out here so that no
library version can change a published trace.
"""

import hashlib
from functools import lru_cache

_MASK = (1 << 64) - 1
_GOLDEN_GAMMA = 0x9E3779B97F4A7C15


class Stream:
    """Random numbers for one actor."""

    __slots__ = ("_state",)

    def __init__(self, state: int) -> None:
        self._state = state & _MASK

    def next(self) -> int:
        """Return the next 64 random bits."""
        self._state = (self._state + _GOLDEN_GAMMA) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        """Return a number of ``0 .. bound - 1``."""
        return self.next() % bound

    def jitter(self, base: int, permille: int) -> int:
        """Return ``base`` moved by at most ``permille`` thousandths either way."""
        return base * (1000 - permille + self.below(2 * permille + 1)) // 1000


class Streams:
    """The streams of one run, made on first use from the run's seed."""

    __slots__ = ("_seed", "_streams")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, Stream] = {}

    def of(self, actor: str) -> Stream:
        """Return the stream that belongs to ``actor``."""
        stream = self._streams.get(actor)
        if stream is None:
            stream = self._streams[actor] = Stream(_start(self._seed, actor))
        return stream


@lru_cache(maxsize=4096)
def _start(seed: int, actor: str) -> int:
    """Return where a stream begins; the arms of a variant have the same ones."""
    name = f"{seed}/{actor}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big")
