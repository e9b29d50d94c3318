"""The sandbox as a machine: what runs on it, and what has happened."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.live.inside.containers import Container
from simulator.live.inside.programs import Board, Program
from simulator.live.inside.resting import at_rest


@dataclass
class Machine:
    """The sandbox as a machine: what runs on it, and what has happened."""

    request: Mapping[str, Any]
    board: Board = field(init=False)
    programs: dict[str, Program] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    skipped: float = 0
    """Seconds that nobody had to wait, since nothing could happen in them."""

    def __post_init__(self) -> None:
        self.board = Board(self.tell, tuple(self.request["calls"]))

    def clock(self) -> int:
        """Microseconds since the start, with those that nobody had to wait."""
        return int((time.monotonic() - self.began + self.skipped) * 1_000_000)

    def is_running(self, name: str) -> bool:
        """Return whether a program was started under this name and has not ended."""
        program = self.programs.get(name)
        return program is not None and program.ended is None

    def tell(self, kind: str, **facts: Any) -> None:
        """Write one line of what happened."""
        line = json.dumps({"kind": kind, "at": self.clock(), **facts})
        os.write(1, line.encode() + b"\n")

    def wait(self, seconds: float, enough: Callable[[], bool], *, most: float) -> bool:
        """Wait until it is enough, the time is over, or nothing can happen any more.

        What is left of the time then counts as waited, without anybody waiting for
        it. Return False when ``most`` seconds were over before any of that.
        """
        began = self.clock()
        rested = self._rested()
        done = self.board.listen(min(seconds, most), lambda: enough() or rested())
        if done and not enough():
            self.skipped += max(seconds - (self.clock() - began) / 1_000_000, 0)
        return done or seconds <= most

    def come_to_rest(self, most: float) -> bool:
        """Wait until nothing can happen any more; return False when nobody waits on."""
        return self.board.listen(most, self._rested())

    def _rested(self) -> Callable[[], bool]:
        """Return whether, asked twice in a row, all is at rest and nothing was new."""
        looks = [-1]

        def asked() -> bool:
            looks.append(self.board.news if at_rest() else -1)
            return looks[-1] == looks[-2] != -1

        return asked
