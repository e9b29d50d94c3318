from uuid import uuid4

import pytest

from quizzes.domain.errors import NotFoundError
from quizzes.domain.proving import request_proof
from quizzes.domain.queries.watching import (
    observation_for,
    observation_state,
    proof_state,
    submission_state,
)
from quizzes.enums import JobState
from quizzes.models import GradingJob, Proof, Submission
from tests import observing
from tests.desks import executed_desk
from tests.factories import (
    drain,
    make_assessment,
    make_course,
    make_executed,
    make_free_response,
    make_user,
    start,
    submit,
    variant_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission() -> Submission:
    course = make_course()
    question = make_free_response(course).question
    instance = start(make_assessment(course, question), make_user())
    return submit(variant_of(instance), {"text": "b"})


@pytest.mark.parametrize(
    ("state", "label", "final"),
    [
        ("queued", "Queued, number 1 in line", False),
        ("running", "Running the scenario", False),
        ("needs_grading", "Waiting for a person to grade it", True),
        ("graded", "Graded", True),
        ("invalid", "The answer could not be graded", True),
        ("broken", "The question is broken", True),
        ("dead", "Grading failed on our side", True),
        ("superseded", "Replaced by a newer result", True),
    ],
)
def test_each_state_of_a_submission(
    submission: Submission, state: str, label: str, *, final: bool
) -> None:
    jobs = GradingJob.objects.filter(submission=submission)
    jobs.update(state=state, lease_until="2030-01-01T00:00Z")
    expected = {"state": state, "label": label, "final": final}
    assert submission_state(submission.uuid) == expected


def test_every_state_is_tried() -> None:
    assert len(JobState) == 8


def test_a_failure_of_ours_is_told_while_it_waits(submission: Submission) -> None:
    GradingJob.objects.filter(submission=submission).update(failures=2)
    state = submission_state(submission.uuid)
    assert state["label"] == "Waiting to try again, after 2 failed on our side"
    assert state["final"] is False


def test_the_progress_of_a_proof() -> None:
    version = make_executed(make_course(), "what-execve-answers", publish=False)
    proof = request_proof(version, user=None)
    Proof.objects.update(done=3, total=24)
    expected = {"state": "queued", "done": 3, "total": 24, "final": False}
    assert proof_state(proof.uuid) == expected
    Proof.objects.update(state="held", done=24)
    expected = {"state": "held", "done": 24, "total": 24, "final": True}
    assert proof_state(proof.uuid) == expected


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no such submission"):
        submission_state(uuid4())
    with pytest.raises(NotFoundError, match="no such proof"):
        proof_state(uuid4())


def test_an_observation_is_followed_by_whoever_may_see_the_submission() -> None:
    observing.start_worker()
    desk = executed_desk()
    submission = desk.graded("b")
    found = observation_for(desk.learner, submission.uuid)
    assert found == observation_for(desk.instructor, submission.uuid)
    with pytest.raises(NotFoundError):
        observation_for(desk.peer, submission.uuid)
    assert observation_state(found.uuid) == {
        "state": "queued",
        "label": "Waits for a worker that can carry it out",
        "final": False,
    }
    observing.observe_all()
    assert observation_state(found.uuid) == {
        "state": "observed",
        "label": "Observed",
        "final": True,
    }


def test_without_an_observation_there_is_nothing_to_follow(
    submission: Submission,
) -> None:
    drain()
    observing.forget()
    desk = executed_desk()
    executed = desk.graded("b")
    with pytest.raises(NotFoundError):
        observation_for(desk.learner, executed.uuid)
    with pytest.raises(NotFoundError):
        observation_for(
            submission.variant.instance_question.instance.user, submission.uuid
        )
    with pytest.raises(NotFoundError):
        observation_state(uuid4())
