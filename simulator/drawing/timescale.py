"""An axis of time on which a second of booting leaves room for a millisecond.

Runs hold spans of microseconds beside spans of minutes. Between two moments at
which something happens the axis is even; how wide a gap is grows with the square
of the number of binary digits of its length, so that a short one can still be seen.
"""

from bisect import bisect_right
from collections.abc import Iterable

LEAST_GAP = 7
SHRINK = 7
MICROSECONDS = 1_000_000


class TimeScale:
    """Where each moment of a run is, in pixels from the left end of its axis."""

    def __init__(self, moments: Iterable[int], least_width: int) -> None:
        self.moments = sorted({0, *moments})
        places = [0]
        for before, after in zip(self.moments, self.moments[1:], strict=False):
            digits = (after - before).bit_length()
            places.append(places[-1] + max(LEAST_GAP, digits * digits // SHRINK))
        natural = max(1, places[-1])
        self.width = max(least_width, natural)
        self._places = [place * self.width // natural for place in places]

    def place(self, moment: int) -> int:
        """Return the place of any moment of the run."""
        index = bisect_right(self.moments, moment) - 1
        if index == len(self.moments) - 1:
            return self._places[-1]
        before, after = self.moments[index : index + 2]
        left, right = self._places[index : index + 2]
        return left + (right - left) * (moment - before) // (after - before)


def seconds(microseconds: int) -> str:
    """Return a virtual time as text, cut to milliseconds: ``45.144 s``."""
    whole, rest = divmod(microseconds, MICROSECONDS)
    return f"{whole}.{rest // 1000:03} s"
