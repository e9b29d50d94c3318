"""Grading asks for observations: best effort, and at nearly no cost."""

import logging
import time
from collections.abc import Sequence

from quizzes.domain.claiming import ClaimedJob
from quizzes.domain.live_workers import queues_at_work
from quizzes.domain.observation_requests import Look, request_observations

logger = logging.getLogger(__name__)

# A process that grades asks again for a variant, and for workers, after so long.
ASK_AGAIN_SECONDS = 300.0
NOBODY_SECONDS = 5.0
REMEMBERED = 100_000
# When this process asked for a variant: (scenario version, digest of the parameters).
_asked: dict[tuple[int, str], float] = {}
_nobody = {"until": 0.0}


def request_alongside(jobs: Sequence[ClaimedJob]) -> None:
    """Ask for observations of variants that are being graded; never raises.

    Grading pays for a look into this process's memory, and rarely for more.
    """
    now = time.monotonic()
    looks = [
        Look(job.scenario_version_id, job.params, job.params_digest)
        for job in jobs
        if job.scenario_version_id is not None
        and now >= _asked.get((job.scenario_version_id, job.params_digest), 0.0)
    ]
    if not looks or now < _nobody["until"]:
        return
    try:
        if not queues_at_work():
            _nobody["until"] = now + NOBODY_SECONDS
            return
        request_observations(looks)
    except Exception:
        logger.exception("no observation could be asked for")
    if len(_asked) > REMEMBERED:
        _asked.clear()
    for look in looks:
        key = (look.scenario_version_id, look.params_digest)
        _asked[key] = now + ASK_AGAIN_SECONDS
