"""Real processes on the test database: workers, sweeper, web server."""

import http.client
import os
import socket
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from quizzes import wakeups
from quizzes.domain.sweeping import ring_all_lanes
from quizzes.enums import Lane
from quizzes.models import WorkerHeartbeat
from trapframe.ops import processes
from trapframe.ops.supervisor import Child, Supervisor

START_SECONDS = 60.0


class Platform:
    """Worker processes and, once asked for, a web server; started when first used.

    Tests may kill any of `children`; `ensure_workers` and `ensure_site` start again
    what is gone.
    """

    def __init__(self) -> None:
        self._env = _environment()
        self._lines: list[str] = []
        self._workers = Supervisor(
            [
                processes.worker("interactive", 2, self._env),
                processes.worker("bulk", 1, self._env),
                processes.sweeper(self._env),
            ],
            self._note,
        )
        self._port = free_port()
        self._web = Child(processes.web(self._port, self._env), self._note)

    @property
    def children(self) -> dict[str, Child]:
        """By name: worker-interactive, worker-bulk, sweeper."""
        return self._workers.children

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def output(self) -> str:
        """What the processes have printed, each line with its process's name."""
        return "\n".join(self._lines)

    def ensure_workers(self) -> None:
        """Start what is not running; until each lane answers a bell.

        Also after a test that took the broker away: its breaker may be open still,
        and its workers on their way back.
        """
        for child in self.children.values():
            if not child.is_alive():
                child.start()
        wakeups._breaker["open_until"] = 0.0
        WorkerHeartbeat.objects.all().delete()
        self._wait_until(self._all_lanes_answer, self.children.values())

    def ensure_site(self) -> None:
        """Until the site answers."""
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        if not settings.WHITENOISE_USE_FINDERS:
            call_command("collectstatic", interactive=False, verbosity=0)
        if not self._web.is_alive():
            self._web.start()
        self._wait_until(self._site_answers, [self._web])

    def stop(self) -> None:
        self._web.ask_to_stop()
        self._workers.stop()
        self._web.stop()

    def _all_lanes_answer(self) -> bool:
        ring_all_lanes()
        lanes = WorkerHeartbeat.objects.values_list("lane", flat=True)
        return set(lanes) == set(Lane.values)

    def _site_answers(self) -> bool:
        site = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            site.request("GET", "/livez")
            return site.getresponse().status == HTTPStatus.OK
        except OSError:
            return False
        finally:
            site.close()

    def _wait_until(self, holds: Callable[[], bool], children: Iterable[Child]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            late = time.monotonic() > deadline
            if late or not all(child.is_alive() for child in children):
                pytest.fail(f"the processes do not come up:\n{self.output}")
            time.sleep(0.1)

    def _note(self, name: str, line: str) -> None:
        self._lines.append(f"{name}: {line}")


def _environment() -> dict[str, str]:
    """What makes a process of ours use this session's test database and broker."""
    database = connection.settings_dict
    name, host, port = (database[key] for key in ("NAME", "HOST", "PORT"))
    who = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    where = f"{who}@:{port}" if host.startswith("/") else f"{who}@{host}:{port}"
    query = f"?host={host}" if host.startswith("/") else ""
    env = {
        "DATABASE_URL": f"postgresql://{where}/{name}{query}",
        "TRAPFRAME_DATA": str(settings.DATA_DIR),
        "TRAPFRAME_SECRET_KEY": settings.SECRET_KEY,
        "TRAPFRAME_HTTPS": "0",
        "TRAPFRAME_LOG": "WARNING",
    }
    if broker := os.environ.get("CELERY_BROKER_URL"):
        env["CELERY_BROKER_URL"] = broker
    return env


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
