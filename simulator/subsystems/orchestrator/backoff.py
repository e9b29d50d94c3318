"""How long a container that keeps ending has to wait for its next start."""

from simulator.mechanisms import Value

FIRST_US = 10_000_000
LONGEST_US = 300_000_000
RESET_US = 600_000_000
"""After a run of so long the count starts anew."""


def next_delay(delay_us: int, ran_us: int, mechanism: Value) -> tuple[int, int]:
    """Return the wait before a restart, and the delay to hand in the next time.

    ``delay_us``: what the call before gave, 0 at first; ``ran_us``: how long the
    container ran. The waits are 0, 10, 20, 40 ... 300 s. ``mechanism``: with
    ``constant`` it is 10 s each time.
    """
    if mechanism == "constant":
        return FIRST_US, FIRST_US
    if ran_us >= RESET_US:
        delay_us = 0
    return delay_us, min(2 * delay_us or FIRST_US, LONGEST_US)
