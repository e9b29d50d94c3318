"""What becomes of a container whose main process ends, and how well it is."""

from typing import Protocol

from simulator.subsystems.containers.wishes import Wish

FIRST_BACK_OFF_US = 100_000
"""Docker's first delay before a restart; each further one is twice the last."""
LONGEST_BACK_OFF_US = 60_000_000
LONG_ENOUGH_US = 10_000_000
"""After a run of this length the delays begin anew."""
START_FAILED = {"ENOENT": 127, "EACCES": 126, "ENOEXEC": 255}
"""Exit status that the engine gives when the program itself never ran."""
LOST = 255
"""The same when nobody saw the end: its kernel died."""


class Restartable(Protocol):
    """A container, as far as its restart policy has to know it."""

    wish: Wish
    exit_status: int | None
    stopped_by_hand: bool
    restarts: int


def wants_restart(container: Restartable) -> bool:
    """Return whether the policy starts a container again that has just ended."""
    policy = container.wish.restart
    if container.stopped_by_hand or policy == "no":
        return False
    if policy != "on-failure":
        return True
    limit = container.wish.retries
    return bool(container.exit_status) and (not limit or container.restarts < limit)


def starts_with_engine(container: Restartable) -> bool:
    """Return whether the policy starts a container again when the engine starts."""
    policy = container.wish.restart
    return policy == "always" or (
        policy == "unless-stopped" and not container.stopped_by_hand
    )


def back_off_us(in_a_row: int, kind: str) -> int:
    """Return the delay before a restart after so many of them in a row.

    ``kind`` is the mechanism ``container.back_off``.
    """
    if kind == "none":
        return FIRST_BACK_OFF_US
    return min(FIRST_BACK_OFF_US << min(in_a_row, 20), LONGEST_BACK_OFF_US)
