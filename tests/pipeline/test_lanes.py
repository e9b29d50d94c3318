"""A backlog of one lane never delays the other."""

import os
from signal import SIGCONT, SIGSTOP

import pytest
from django.db import transaction

from quizzes import wakeups
from quizzes.enums import JobState, Lane
from quizzes.models import GradingJob
from tests.chaos.holding import process_of
from tests.live import Platform
from tests.pipeline.waiting import wait_until_graded
from tests.trial.classroom import Seat
from tests.trial.stack import pool_children

pytestmark = pytest.mark.usefixtures("lawful")


def test_an_answer_is_graded_while_the_bulk_lane_stands_still(
    seats: list[Seat], worker_processes: Platform
) -> None:
    bulk = worker_processes.children["worker-bulk"]
    interactive = worker_processes.children["worker-interactive"]
    os.killpg(bulk.pid, SIGSTOP)
    try:
        with transaction.atomic():  # no worker sees them in the other lane
            backlog = [seat.submit().submission for seat in seats[1:]]
            jobs = GradingJob.objects.filter(submission__in=backlog)
            jobs.update(lane=Lane.BULK)
        wakeups.ring(Lane.BULK)
        [job] = wait_until_graded([seats[0].submit().submission], seconds=5)
        assert process_of(job.worker) in pool_children(interactive)
        assert set(jobs.values_list("state", flat=True)) == {JobState.QUEUED}
    finally:
        os.killpg(bulk.pid, SIGCONT)

    graded = wait_until_graded(backlog)
    workers = {process_of(job.worker) for job in graded}
    assert workers <= set(pool_children(bulk))
