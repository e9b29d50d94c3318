"""The processes of a running platform and how each is started and stopped."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM, Signals

from quizzes.enums import LiveQueue

ROOT = Path(__file__).resolve().parents[3]
_CELERY = ("-m", "celery", "--quiet", "-A", "trapframe", "worker")


@dataclass(frozen=True)
class Process:
    name: str
    arguments: tuple[str, ...]  # of Python
    role: str
    stop_signal: Signals = SIGTERM
    # How long it may take to end in good order, then it is killed. A worker finishes
    # what it runs first: Celery's warm shutdown. (Its soft one, bounded by itself,
    # sleeps its whole time-out whenever a task runs, however short.)
    stop_seconds: float = 5.0
    extra_env: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        return [sys.executable, *self.arguments]

    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "trapframe.settings",
            "TRAPFRAME_ROLE": self.role,
            **self.extra_env,
        }


def web(port: int, env: Mapping[str, str] | None = None) -> Process:
    server = ("-m", "uvicorn", "trapframe.asgi:application")
    # Event streams stay open for ever: they are cut after a moment.
    options = ("--timeout-graceful-shutdown", "2", "--lifespan", "off")
    where = ("--host", "127.0.0.1", "--port", str(port))
    quiet = ("--log-level", "warning", "--no-server-header")
    return Process(
        "web", (*server, *where, *options, *quiet), "web", extra_env=env or {}
    )


def worker(
    lane: str, concurrency: int, env: Mapping[str, str] | None = None
) -> Process:
    return _worker(lane, lane, concurrency, env)


def live_worker(concurrency: int, env: Mapping[str, str] | None = None) -> Process:
    """A worker of the live queues that its machine can serve."""
    return _worker("live", ",".join(LiveQueue.values), concurrency, env)


def _worker(
    name: str, queues: str, concurrency: int, env: Mapping[str, str] | None
) -> Process:
    options = ("-P", "prefork", "--without-gossip", "--without-mingle")
    size = ("-Q", queues, "-c", str(concurrency), "-n", f"{name}@%h")
    return Process(
        f"worker-{name}",
        (*_CELERY, *size, *options, "--loglevel", "WARNING"),
        "worker",
        stop_seconds=15.0,
        # SIGTERM then means Celery's soft shutdown: finish, but not for ever.
        extra_env={
            # Celery warns root each time; no learner's or author's code runs there.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
            **(env or {}),
        },
    )


def sweeper(env: Mapping[str, str] | None = None) -> Process:
    return Process(
        "sweeper", (str(ROOT / "manage.py"), "sweep"), "sweeper", extra_env=env or {}
    )
