"""How fast a backlog is graded, against how fast a bare worker drains no-ops."""

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from signal import SIGCONT, SIGSTOP
from typing import Any

from celery import Celery, current_app
from django.db.models import Max

from quizzes.domain.clock import database_now
from quizzes.enums import JobState, Lane
from quizzes.execution.in_process import FreshRunner
from quizzes.execution.ports import Execution
from quizzes.models import GradingJob
from tests.bench import noop
from tests.trial.classroom import Seat
from tests.trial.stack import wait_until
from trapframe.ops.supervisor import Child

OPEN = (JobState.QUEUED, JobState.RUNNING)
_SECONDS = 120


@dataclass
class Rates:
    """Per second, one entry per round; reference and subject took turns."""

    noop: list[float] = field(default_factory=list)
    graded: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(
            graded / bare for graded, bare in zip(self.graded, self.noop, strict=True)
        )


def measure_rates(
    worker: Child, noop_worker: Child, seats: Sequence[Seat], *, rounds: int
) -> Rates:
    """Fill each queue while its worker stands still, then time the emptying.

    Before the rounds that count, one of each warms the workers.
    """
    rates = Rates()
    for number in range(rounds + 1):
        bare = _noops_per_second(noop_worker, len(seats))
        graded = _graded_per_second(worker, seats)
        if number:
            rates.noop.append(bare)
            rates.graded.append(graded)
    return rates


def seconds_per_execution(seats: Sequence[Seat]) -> list[float]:
    """What running all arms of a variant costs when nothing is remembered."""
    variants = {
        (seat.variant.scenario_version_id, seat.variant.seed): seat.variant
        for seat in seats
    }
    runner, samples = FreshRunner(), []
    for variant in variants.values():
        version = variant.scenario_version
        assert version is not None
        execution = Execution(
            version.source, version.digest, variant.params, variant.seed
        )
        runner.execute(execution)  # parses the scenario
        start = time.perf_counter()
        runner.execute(execution)
        samples.append(time.perf_counter() - start)
    return samples


def _noops_per_second(worker: Child, count: int) -> float:
    with _paused(worker):
        for _ in range(count - 1):
            noop.noop.apply_async(ignore_result=True)
        last = noop.noop.delay()
    start = time.perf_counter()
    last.get(timeout=_SECONDS)
    return count / (time.perf_counter() - start)


def _graded_per_second(worker: Child, seats: Sequence[Seat]) -> float:
    newest = GradingJob.objects.aggregate(last=Max("id"))["last"] or 0
    with _paused(worker):
        for seat in seats:
            seat.submit()
    start = database_now()
    jobs = GradingJob.objects.filter(id__gt=newest)
    wait_until(
        lambda: not jobs.filter(state__in=OPEN).exists(),
        "a backlog to be graded",
        seconds=_SECONDS,
    )
    end = jobs.aggregate(end=Max("finished_at"))["end"]
    wait_until(lambda: not _bells(current_app, Lane.INTERACTIVE), "bells to be heard")
    return len(seats) / float((end - start).total_seconds())


def _bells(app: Celery, queue: str) -> int:
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel  # Redis: it has a client
        return int(channel.client.llen(queue))


@contextmanager
def _paused(worker: Child) -> Iterator[None]:
    """Stop a worker and its children, warm as they are."""
    os.killpg(worker.pid, SIGSTOP)
    try:
        yield
    finally:
        os.killpg(worker.pid, SIGCONT)
