"""The processes that pipeline and browser tests stand on."""

import contextlib
import http.client
import os
from signal import SIGKILL, SIGTERM

import pytest

from quizzes.enums import Lane
from quizzes.models import WorkerHeartbeat
from tests.live import Platform
from tests.trapframe.embedded.sessions import wait_until


@pytest.mark.pipeline
def test_workers_use_the_test_database(worker_processes: Platform) -> None:
    WorkerHeartbeat.objects.all().delete()
    worker_processes.ensure_workers()
    assert wait_until(
        lambda: (
            set(WorkerHeartbeat.objects.values_list("lane", flat=True))
            == set(Lane.values)
        )
    )


@pytest.mark.pipeline
def test_a_killed_worker_is_there_again_for_the_next_test(
    worker_processes: Platform,
) -> None:
    worker = worker_processes.children["worker-bulk"]
    before = worker.pid
    os.kill(before, SIGKILL)
    assert wait_until(lambda: not worker.is_alive())
    worker_processes.ensure_workers()
    assert worker.is_alive()
    assert worker.pid != before


@pytest.mark.pipeline
def test_a_worker_told_to_end_ends_in_good_order(worker_processes: Platform) -> None:
    worker = worker_processes.children["worker-interactive"]
    os.kill(worker.pid, SIGTERM)
    assert wait_until(lambda: not worker.is_alive())
    assert "worker-interactive: worker: Warm shutdown (MainProcess)" in (
        worker_processes.output
    )


@pytest.mark.pipeline
def test_the_live_site_is_ready(live_site: str) -> None:
    def ready() -> bool:
        with contextlib.closing(http.client.HTTPConnection(address)) as site:
            site.request("GET", "/readyz")
            return site.getresponse().status == 200

    address = live_site.removeprefix("http://")
    assert wait_until(ready)
