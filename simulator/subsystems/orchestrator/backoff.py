"""How long a container that keeps ending has to wait for its next start."""

from simulator.calibration import figure
from simulator.mechanisms import Value


def next_delay(delay_us: int, ran_us: int, mechanism: Value) -> tuple[int, int]:
    """Return the wait before a restart, and the delay to hand in the next time.

    ``delay_us``: what the call before gave, 0 at first; ``ran_us``: how long the
    container ran. The waits are 0, 10, 20, 40 ... 300 s. ``mechanism``: with
    ``constant`` it is 10 s each time.
    """
    first = figure("restart_wait")
    if mechanism == "constant":
        return first, first
    if ran_us >= figure("restart_reset"):
        delay_us = 0
    return delay_us, min(2 * delay_us or first, figure("restart_wait_longest"))
