"""Workers that are asked to stop, in the middle of work."""

import threading

import pytest

from quizzes.enums import JobState
from tests.chaos.holding import recording_held
from tests.live import Platform
from tests.pipeline.waiting import job_of, wait_for, wait_until_graded
from tests.trial.classroom import Seat
from tests.trial.stack import wait_until

pytestmark = pytest.mark.usefixtures("lawful")


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(
    seats: list[Seat], worker_processes: Platform
) -> None:
    worker = worker_processes.children["worker-interactive"]
    with recording_held():
        held = seats[0].submit().submission
        wait_for(held, JobState.RUNNING)
        worker.ask_to_stop()
        later = [seat.submit().submission for seat in seats[1:10]]
        with pytest.raises(Exception, match="in vain"):
            wait_until(lambda: not worker.is_alive(), "an early end", seconds=1)

    wait_until(lambda: not worker.is_alive(), "the worker to end", seconds=15)
    [job] = wait_until_graded([held], seconds=1)
    assert (job.token, job.failures) == (1, 0)
    worker.start()
    assert {job.failures for job in wait_until_graded(later)} == {0}


def test_a_rolling_restart_under_load_loses_nothing(
    seats: list[Seat], worker_processes: Platform
) -> None:
    worker = worker_processes.children["worker-interactive"]
    submissions = []
    for number, seat in enumerate(seats):
        if number == len(seats) // 2:
            worker.ask_to_stop()
        submissions.append(seat.submit().submission)
    wait_until(lambda: not worker.is_alive(), "the worker to end", seconds=15)
    worker.start()
    jobs = wait_until_graded(submissions)
    assert {job.failures for job in jobs} == {0}


def test_the_sweeper_ends_when_it_is_asked_to(worker_processes: Platform) -> None:
    sweeper = worker_processes.children["sweeper"]
    sweeper.ask_to_stop()
    wait_until(lambda: not sweeper.is_alive(), "the sweeper to end", seconds=5)


def test_a_batch_that_two_threads_submit_is_graded_once_each(
    seats: list[Seat], worker_processes: Platform
) -> None:
    """The same key from two windows at once."""
    barrier = threading.Barrier(2)
    created: list[bool] = []

    def submit() -> None:
        from django.db import connection  # noqa: PLC0415  the thread's own

        barrier.wait()
        created.append(seats[0].submit("the-same").created)
        connection.close()

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False, True]
    [submission] = seats[0].variant.submissions.all()
    wait_until_graded([submission])
    assert job_of(submission).token == 1
