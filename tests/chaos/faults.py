"""The faults: each one as hard as it gets, and what brings things back."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from celery import current_app
from django.db import Error, connection

from tests.chaos.holding import kill, recording_held, wait_for_holder
from trapframe.embedded import Services
from trapframe.ops.supervisor import Supervisor

# How long a killed broker stays away.
_AWAY_SECONDS = 0.5
_HOLDER_SECONDS = 2.0


class Faults:
    """Pulls the levers, and counts by name what was done."""

    def __init__(
        self, supervisor: Supervisor, services: Services, rng: random.Random
    ) -> None:
        self.done: Counter[str] = Counter()
        self._supervisor = supervisor
        self._services = services
        self._rng = rng
        self.by_name: dict[str, Callable[[], None]] = {
            "pool child killed": self._kill_pool_child,
            "whole worker killed": self._kill_worker,
            "sweeper killed": self._kill_sweeper,
            "broker killed": self._kill_broker,
            "broker killed, its data lost": self._lose_broker,
            "database restarted in immediate mode": self._restart_database,
        }

    def strike(self, name: str) -> None:
        """Do one fault, then start what does not run."""
        self.by_name[name]()
        self.done[name] += 1
        self.revive()

    def revive(self) -> None:
        self._services.revive()
        for child in self._supervisor.children.values():
            if not child.is_alive():
                child.start()

    def plan(self, counts: Sequence[tuple[str, int]]) -> list[str]:
        """The names in a random order, each as often as asked for."""
        names = [name for name, count in counts for _ in range(count)]
        self._rng.shuffle(names)
        return names

    def _kill_pool_child(self) -> None:
        """One that holds jobs, so that their leases must run out."""
        with suppress(Error), recording_held():
            pid = wait_for_holder(_HOLDER_SECONDS)
            if pid is not None and kill(pid):
                self.done["of these, with jobs in hand"] += 1
        connection.close()

    def _kill_worker(self) -> None:
        names = [name for name in self._supervisor.children if "worker" in name]
        self._supervisor.children[self._rng.choice(names)].kill()

    def _kill_sweeper(self) -> None:
        self._supervisor.children["sweeper"].kill()

    def _kill_broker(self) -> None:
        self._services.kill_redis()
        time.sleep(_AWAY_SECONDS)

    def _lose_broker(self) -> None:
        with current_app.connection_for_write() as broker:
            channel: Any = broker.default_channel  # Redis: it has a client
            channel.client.flushall()
        self._kill_broker()

    def _restart_database(self) -> None:
        self._services.restart_postgres(immediate=True)
        connection.close()
