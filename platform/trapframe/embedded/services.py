"""Start the services of a data folder, or join those that already run for it."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGQUIT

from trapframe.embedded import places
from trapframe.embedded.addresses import Addresses, addresses, runtime_folder
from trapframe.embedded.errors import ServiceError
from trapframe.embedded.postgres import PostgresProgram
from trapframe.embedded.redis import RedisProgram
from trapframe.embedded.server import START_SECONDS, Server

_POLL_SECONDS = 0.05
# Tells those who wait to join that both answer.
_READY = "ready"


class Services:
    """The two services, with levers for supervisors and fault tests.

    Only the process that started them may pull a lever (`owned`).
    """

    def __init__(self, where: Addresses, servers: tuple[Server, Server] | None) -> None:
        self.addresses = where
        self._servers = servers

    @property
    def owned(self) -> bool:
        return self._servers is not None

    @property
    def postgres(self) -> Server:
        return self._own()[0]

    @property
    def redis(self) -> Server:
        return self._own()[1]

    def restart_postgres(self, *, immediate: bool = False) -> None:
        """Restart it; immediate: sessions are cut, the next start recovers."""
        self.postgres.stop(SIGQUIT if immediate else None)
        self.postgres.start()

    def kill_postgres(self) -> None:
        self.postgres.kill()

    def restart_redis(self) -> None:
        self.redis.stop()
        self.redis.start()

    def kill_redis(self) -> None:
        self.redis.kill()

    def revive(self) -> list[str]:
        """Start again what is not running; the names of what was."""
        down = [server for server in self._own() if not server.is_alive()]
        for server in down:
            server.start()
        return [server.name for server in down]

    def _own(self) -> tuple[Server, Server]:
        if self._servers is None:
            raise ServiceError("these services were started by another process")
        return self._servers


@contextmanager
def services(data_dir: Path) -> Iterator[Services]:
    """PostgreSQL and Redis of `data_dir`, running; ends at exit what it started.

    When another process already runs them for this folder, they are used and left
    alone: they end with that process. Raises ServiceError, naming place and fix.
    """
    places.make_data_dir(data_dir)
    runtime = runtime_folder(data_dir)
    lock = places.lock_file(data_dir)
    try:
        if not _own_or_join(lock, runtime / _READY):
            yield Services(addresses(data_dir), None)
            return
        with _running(places.prepare(data_dir)) as servers:
            yield Services(addresses(data_dir), servers)
        shutil.rmtree(runtime, ignore_errors=True)
    finally:
        os.close(lock)


@contextmanager
def _running(prepared: places.Places) -> Iterator[tuple[Server, Server]]:
    ready = prepared.runtime / _READY
    ready.unlink(missing_ok=True)  # of an owner that was killed
    postgres = Server(PostgresProgram(prepared), prepared)
    redis = Server(RedisProgram(prepared), prepared)
    try:
        postgres.start()
        redis.start()
        ready.touch()
        yield postgres, redis
    finally:
        ready.unlink(missing_ok=True)
        redis.stop()
        postgres.stop()


def _own_or_join(lock: int, ready: Path) -> bool:
    """True when the services are ours to start, False once another's are ready."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if ready.exists():
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True
    raise ServiceError(
        f"another process has been starting the services of {ready.parent} for "
        f"{START_SECONDS:.0f} seconds: end it and try again",
    )
