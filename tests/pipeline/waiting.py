"""Waiting for jobs, and looking at what became of them."""

from collections.abc import Iterable

from quizzes.enums import JobState
from quizzes.models import GradingJob, Submission, Verdict
from tests.trial.stack import wait_until

OPEN = (JobState.QUEUED, JobState.RUNNING)


def job_of(submission: Submission) -> GradingJob:
    return GradingJob.objects.get(submission=submission)


def wait_for(submission: Submission, state: JobState, *, seconds: float = 30) -> None:
    wait_until(
        lambda: job_of(submission).state == state,
        f"a job to be {state}, it is {job_of(submission).state}",
        seconds=seconds,
    )


def wait_until_graded(
    submissions: Iterable[Submission], *, seconds: float = 30
) -> list[GradingJob]:
    """All of them, each once; gives their jobs."""
    ids = [submission.pk for submission in submissions]
    jobs = GradingJob.objects.filter(submission__in=ids)
    wait_until(
        lambda: not jobs.filter(state__in=OPEN).exists(),
        "submissions to be graded",
        seconds=seconds,
    )
    assert [job.state for job in jobs] == [JobState.GRADED] * len(ids)
    applied = Verdict.objects.filter(job__in=jobs, is_superseded=False)
    assert applied.count() == len(ids)
    return list(jobs.order_by("id"))
