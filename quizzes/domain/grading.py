"""The worker's side of the queue: claim, judge, record, until the lane is empty."""

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

from quizzes.domain.claiming import ClaimedJob, claim_jobs
from quizzes.domain.failing import fail_jobs
from quizzes.domain.judging import Result, judge
from quizzes.domain.observing_alongside import request_alongside
from quizzes.domain.recording import record_results
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.ports import Runner
from quizzes.execution.subprocess import WALL_SECONDS, SubprocessRunner

logger = logging.getLogger(__name__)

# Longer than a job that runs alone may take, so that a slow machine is no failure.
SUSPECT_LEASE_SECONDS = WALL_SECONDS + 5

# The database is away: no fault of any job, the leases run out by themselves.
AWAY = (InterfaceError, OperationalError)
# A stamp of the last second is good enough: a busy worker need not write it again.
HEARTBEAT = """
INSERT INTO quizzes_workerheartbeat (worker, lane, seen_at)
SELECT %(worker)s::text, %(lane)s::text, clock_timestamp()
WHERE NOT EXISTS (
    SELECT 1 FROM quizzes_workerheartbeat WHERE worker = %(worker)s::text
        AND lane = %(lane)s::text AND seen_at > clock_timestamp() - interval '1 second')
ON CONFLICT (worker) DO UPDATE SET lane = EXCLUDED.lane, seen_at = EXCLUDED.seen_at
"""


@dataclass(frozen=True, slots=True)
class Drained:
    """How many jobs one drain took, and whether it left the lane empty."""

    taken: int
    is_empty: bool


def drain_lane(
    lane: str,
    *,
    worker: str,
    seconds: float = 1.0,
    runner: Runner | None = None,
    suspect_runner: Runner | None = None,
) -> Drained:
    """Grade the lane's queued jobs until none is left or the time slice is over.

    Jobs that never failed go in batches; those that did go one by one, each in a
    process of its own.
    """
    end = time.monotonic() + seconds
    trusted = runner or InProcessRunner()
    careful = suspect_runner or SubprocessRunner()
    taken = 0
    is_empty = False
    while not is_empty and time.monotonic() < end:
        jobs = _claim(lane, worker, settings.GRADING_BATCH, suspects=False)
        if jobs:
            grade_batch(jobs, worker=worker, runner=trusted)
        suspects: list[ClaimedJob] = []
        # A batch that is not full has emptied the lane: what came since has its bell.
        if len(jobs) < settings.GRADING_BATCH:
            suspects = _claim(lane, worker, 1, suspects=True)
            grade_batch(suspects, worker=worker, runner=careful)
            is_empty = not suspects
        taken += len(jobs) + len(suspects)
    beat(worker, lane)
    return Drained(taken=taken, is_empty=is_empty)


def grade_batch(jobs: list[ClaimedJob], *, worker: str, runner: Runner) -> None:
    """Judge and record claimed jobs; one bad job never sinks its batch."""
    results = [result for job in jobs if (result := _judge_or_fail(job, runner))]
    if not results:
        return
    # Before the verdicts: whoever sees one sees that an observation is on its way.
    request_alongside([result.job for result in results if result.executed])
    try:
        record_results(results, worker=worker)
    except AWAY:
        raise
    except Error:
        logger.exception("a batch could not be recorded: recording one by one")
        _record_singly(results, worker)


def beat(worker: str, lane: str) -> None:
    """Stamp that this worker has finished a round."""
    with connection.cursor() as cursor:
        cursor.execute(HEARTBEAT, {"worker": worker, "lane": lane})


def _claim(lane: str, worker: str, limit: int, *, suspects: bool) -> list[ClaimedJob]:
    lease = SUSPECT_LEASE_SECONDS if suspects else settings.GRADING_LEASE_SECONDS
    return claim_jobs(
        lane, worker=worker, limit=limit, lease_seconds=lease, suspects=suspects
    )


def _judge_or_fail(job: ClaimedJob, runner: Runner) -> Result | None:
    try:
        return judge(job, runner)
    except AWAY:
        raise
    except Exception as error:
        logger.exception("grading job %s failed", job.id)
        with transaction.atomic():
            fail_jobs([job.id], error=repr(error), token=job.token)
        return None


def _record_singly(results: list[Result], worker: str) -> None:
    for result in results:
        try:
            record_results([result], worker=worker)
        except AWAY:
            raise
        except Error as error:
            logger.exception("the result of job %s cannot be recorded", result.job.id)
            with transaction.atomic():
                fail_jobs([result.job.id], error=repr(error), token=result.job.token)
