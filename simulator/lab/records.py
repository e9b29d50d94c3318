"""What the client of a container engine knows beyond the engine: words, and when."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.engine import Work


@dataclass(slots=True)
class Record:
    """How a container was asked for."""

    words: tuple[str, ...]
    """The command that it runs."""
    created_us: int
    is_removed_at_end: bool = False
    keep: Callable[[], Work] | None = None
    """Lets its first process, once started, do what its program does."""
