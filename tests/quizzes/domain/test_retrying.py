from typing import Any

import pytest

from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.failing import fail_jobs
from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.queue import conservation
from quizzes.domain.retrying import retry_dead_job
from quizzes.domain.submitting import tries_spent
from quizzes.enums import JobState, QuestionState
from quizzes.models import GradeEvent, GradingJob
from tests import factories
from tests.desks import Desk, executed_desk
from tests.quizzes.domain.grading_rows import claim
from tests.racing import race

pytestmark = pytest.mark.django_db


def _dead(desk: Desk, *chosen: str) -> GradingJob:
    """The job of an answer that failed three times."""
    submission = desk.submit(*chosen)
    GradingJob.objects.filter(submission=submission).update(failures=2)
    (job,) = claim(suspects=True)
    assert fail_jobs([job.id], error="no luck") == [job.id]
    return factories.job_of(submission)


def test_a_dead_job_goes_round_again(
    bells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    desk = executed_desk(tries_per_question=1)
    job = _dead(desk, "a")
    with django_capture_on_commit_callbacks(execute=True):
        again = retry_dead_job(job, user=desk.instructor)
    assert again == job
    stored = GradingJob.objects.get()
    assert (stored.state, stored.failures, stored.rings) == (JobState.QUEUED, 0, 0)
    assert (stored.finished_at, stored.next_ring_at) == (None, None)
    assert stored.queued_at > job.queued_at
    assert stored.available_at == stored.queued_at
    assert bells == ["interactive"]
    assert desk.question.state == QuestionState.GRADING
    assert tries_spent(desk.variant) == 1
    assert factories.drain() == 1
    assert desk.question.state == QuestionState.CORRECT
    assert conservation().holds


def test_a_finished_attempt_is_graded_after_all() -> None:
    desk = executed_desk()
    job = _dead(desk, "a")
    finish_instance(desk.instance, user=desk.learner)
    retry_dead_job(job, user=desk.instructor)
    factories.drain()
    assert desk.question.state == QuestionState.CORRECT


@pytest.mark.parametrize("person", ["learner", "peer"])
def test_only_graders_retry(person: str) -> None:
    desk = executed_desk()
    job = _dead(desk, "a")
    with pytest.raises(NotAllowedError) as refusal:
        retry_dead_job(job, user=getattr(desk, person))
    assert (refusal.value.code, refusal.value.status_hint) == ("not_a_grader", 403)
    assert GradingJob.objects.get().state == JobState.DEAD


def test_an_instructor_of_another_course_does_not_retry() -> None:
    desk = executed_desk()
    job = _dead(desk, "a")
    with pytest.raises(NotAllowedError):
        retry_dead_job(job, user=executed_desk().instructor)


@pytest.mark.parametrize(
    "state", sorted({*JobState.values} - {"dead", "running", "superseded"})
)
def test_only_a_dead_job_is_retried(state: str) -> None:
    desk = executed_desk()
    job = _dead(desk, "a")
    GradingJob.objects.update(state=state)
    with pytest.raises(ConflictError) as refusal:
        retry_dead_job(job, user=desk.instructor)
    assert (refusal.value.code, refusal.value.status_hint) == ("not_dead", 409)


@pytest.mark.parametrize("graded", [False, True])
def test_a_newer_answer_stands(graded: bool) -> None:
    """Else one learner had a try more, and an old answer could count as the last."""
    desk = executed_desk(tries_per_question=1, score_policy="last")
    job = _dead(desk, "a")
    desk.submit("b")
    if graded:
        factories.drain()
    with pytest.raises(ConflictError) as refusal:
        retry_dead_job(job, user=desk.instructor)
    assert refusal.value.code == "answered_again"
    job.refresh_from_db()
    assert job.state == JobState.SUPERSEDED  # off the list of what staff must see to
    factories.drain()
    assert conservation().holds
    assert desk.question.state == QuestionState.INCORRECT
    assert GradeEvent.objects.count() == 1
    assert tries_spent(desk.variant) == 1


def test_of_two_dead_answers_the_newer_is_retried() -> None:
    desk = executed_desk(tries_per_question=1)
    old = _dead(desk, "b")
    new = _dead(desk, "a")
    with pytest.raises(ConflictError) as refusal:
        retry_dead_job(old, user=desk.instructor)
    assert refusal.value.code == "answered_again"
    retry_dead_job(new, user=desk.instructor)
    factories.drain()
    assert desk.question.state == QuestionState.CORRECT


@pytest.mark.django_db(transaction=True)
def test_two_clicks_are_one_retry() -> None:
    desk = executed_desk()
    job = _dead(desk, "a")
    calls = [lambda: retry_dead_job(job, user=desk.instructor)] * 6
    results = race(calls)
    refused = [r.code for r in results if isinstance(r, ConflictError)]
    assert refused == ["not_dead"] * 5
    assert factories.drain() == 1
    assert GradeEvent.objects.count() == 1
