"""A platform of its own to measure or to hurt: services, tables, course, processes.

Its data folder is not the developer's (start.py chooses it) and is removed at the end.
"""

import http.client
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from quizzes.models import WorkerHeartbeat
from trapframe import embedded
from trapframe.ops.processes import Process
from trapframe.ops.supervisor import Child, Supervisor

START_SECONDS = 60.0
Say = Callable[[str], None]


class TrialError(Exception):
    """The measurement or fault test cannot run; the message names the way out."""


@contextmanager
def private_services() -> Iterator[embedded.Services]:
    """Fresh services with migrated tables; nothing of them remains."""
    if not settings.EMBEDDED:
        raise TrialError(
            "this fills its database and hurts its services: unset DATABASE_URL and "
            "CELERY_BROKER_URL, and it brings its own"
        )
    embedded.remove_data(settings.DATA_DIR)
    with embedded.services(settings.DATA_DIR) as services:
        if not services.owned:
            raise TrialError(f"another process runs in {settings.DATA_DIR}: end it")
        try:
            call_command("migrate", interactive=False, verbosity=0)
            yield services
        finally:
            connections.close_all()
    embedded.remove_data(settings.DATA_DIR)


@contextmanager
def running(processes: Sequence[Process], say: Say) -> Iterator[Supervisor]:
    """The processes, started; all of them end with the block."""
    supervisor = Supervisor(processes, lambda name, line: say(f"{name}: {line}"))
    try:
        supervisor.start()
        yield supervisor
    finally:
        supervisor.stop()


def wait_for_workers(lanes: Sequence[str]) -> None:
    """Until each lane has a worker that finished something."""
    wait_until(
        lambda: (
            set(lanes) <= set(WorkerHeartbeat.objects.values_list("lane", flat=True))
        ),
        "the workers to come up",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_site(port: int) -> None:
    """Until the web server on this port answers."""
    wait_until(lambda: _answers(port), "the web server to come up")


def wait_until(
    holds: Callable[[], bool], what: str, *, seconds: float = START_SECONDS
) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TrialError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.02)


def pool_children(child: Child) -> list[int]:
    """The process ids of a worker's own children: those that run tasks."""
    with open(f"/proc/{child.pid}/task/{child.pid}/children") as listed:  # noqa: PTH123
        return [int(pid) for pid in listed.read().split()]


def _answers(port: int) -> bool:
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        site.request("GET", "/livez")
        return site.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        site.close()
