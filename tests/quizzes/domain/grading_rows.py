"""Rows of the queue as tests of it see and move them."""

from datetime import timedelta
from typing import Any

from quizzes.domain.claiming import ClaimedJob, claim_jobs
from quizzes.domain.clock import database_now
from quizzes.models import GradingJob


def claim(
    *, lane: str = "interactive", worker: str = "w1", limit: int = 20, **options: Any
) -> list[ClaimedJob]:
    """What a worker claims; jobs that never failed unless ``suspects``."""
    options = {"lease_seconds": 30.0, "suspects": False, **options}
    return claim_jobs(lane, worker=worker, limit=limit, **options)


def expire_leases() -> None:
    """Let the leases of all running jobs run out."""
    past = database_now() - timedelta(seconds=1)
    GradingJob.objects.filter(state="running").update(lease_until=past)


def make_available() -> None:
    """End the rest of all jobs that wait to be tried again."""
    GradingJob.objects.filter(state="queued").update(available_at=database_now())
