"""A live worker observes what is graded elsewhere; killed, it leaves nothing behind."""

from collections.abc import Iterator

import pytest

from quizzes.domain.live_workers import queues_at_work
from quizzes.domain.queries.evidence import evidence_for
from quizzes.enums import Lane
from quizzes.execution.live import allowed_queues, capabilities
from quizzes.models import Course, LiveWorker, Observation, Submission
from tests import factories, observing
from tests.chaos.live import observe_under_fire, run_environment
from tests.desks import make_desk
from tests.live import _environment
from tests.pipeline.waiting import job_of, wait_until_graded
from tests.trial.stack import running, wait_for_workers, wait_until
from trapframe.ops import processes
from trapframe.ops.supervisor import Supervisor

pytestmark = pytest.mark.usefixtures("lawful")


@pytest.fixture
def platform(transactional_db: None) -> Iterator[Supervisor]:
    """A worker that grades, one that observes, and the sweeper."""
    env = run_environment(_environment())
    own = [
        processes.worker(Lane.INTERACTIVE, 1, env),
        processes.live_worker(2, env),
        processes.sweeper(env),
    ]
    with running(own, print) as supervisor:
        wait_for_workers([Lane.INTERACTIVE])
        wait_until(LiveWorker.objects.exists, "the live worker's report")
        observing.forget()
        yield supervisor


def test_a_graded_answer_is_observed_on_the_worker_s_kernel(
    platform: Supervisor, course: Course
) -> None:
    report = LiveWorker.objects.get().report
    assert report["kernel"] == capabilities()["kernel"]
    assert queues_at_work() == set(allowed_queues())
    submission = make_desk(factories.make_small(course)).submit("b")
    wait_until_graded([submission])
    if not allowed_queues():
        _falls_back(submission)
        return
    wait_until(Observation.objects.filter(state="observed").exists, "the observation")
    observation = Observation.objects.get()
    assert observation.kernel == report["kernel"]
    assert observation.worker != job_of(submission).worker
    claim = observation.claims["no_loader"]
    assert claim == {"model": True, "live": True, "reason": ""}
    told = [c for c in observation.claims.values() if c["live"] is not None]
    assert [c["live"] for c in told] == [c["model"] for c in told]


def _falls_back(submission: Submission) -> None:
    """This machine lets nobody look: the page says whose report says why."""
    seen = evidence_for(
        submission, viewer=submission.variant.instance_question.instance.user
    )
    assert seen is not None
    assert seen.observed is not None
    reasons = {entry["name"]: entry for entry in capabilities()["capabilities"]}
    assert reasons["exec"]["reason"] in seen.observed.reason


def test_a_killed_worker_leaves_nothing_behind_and_all_is_observed(
    platform: Supervisor,
) -> None:
    outcome = observe_under_fire(platform, 20, print, at_once=2)
    assert outcome.left == ()
    assert outcome.holds
    if outcome.is_possible:
        assert outcome.states == {"observed": 20}
        assert outcome.at_work >= 1
        assert outcome.taken_back >= 1
        claims = Observation.objects.values_list("claims", flat=True)
        assert [claim["limit_holds"]["live"] for claim in claims] == [True] * 20
