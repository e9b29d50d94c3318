"""Clients that submit until they are answered, always with the same key."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from django.db import Error, connection

from tests.trial.classroom import Seat

_THREADS = 4
_RETRY_SECONDS = 0.1


@dataclass
class Clients:
    """Submit each seat once, so many per second; faults only make them try again."""

    seats: Sequence[Seat]
    per_second: float
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        self._waiting: SimpleQueue[tuple[float, Seat]] = SimpleQueue()
        start = time.monotonic()
        for number, seat in enumerate(self.seats):
            self._waiting.put((start + number / self.per_second, seat))
        self._threads = [threading.Thread(target=self._run) for _ in range(_THREADS)]
        for thread in self._threads:
            thread.start()

    @property
    def share_done(self) -> float:
        return self.counts["accepted"] / len(self.seats)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        try:
            while True:
                due, seat = self._waiting.get_nowait()
                time.sleep(max(0.0, due - time.monotonic()))
                self._submit(seat)
        except Empty:
            return
        finally:
            connection.close()

    def _submit(self, seat: Seat) -> None:
        key = f"once-{seat.variant.uuid}"
        while True:
            try:
                result = seat.submit(key)
            except Error:  # the database went away, perhaps after it had committed
                connection.close()
                self._count("tried again")
                time.sleep(_RETRY_SECONDS)
                continue
            self._count("accepted")
            if not result.created:
                self._count("accepted before the answer was lost")
            return

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1
