from datetime import timedelta
from decimal import Decimal

import pytest

from quizzes.domain.claiming import MAX_FAILURES
from quizzes.domain.clock import database_now
from quizzes.domain.failing import fail_jobs, release_questions
from quizzes.domain.submitting import tries_spent
from quizzes.enums import JobState, QuestionState
from quizzes.models import GradingJob
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim, make_available

pytestmark = pytest.mark.django_db


def _running(desk: Desk) -> GradingJob:
    desk.submit("b")
    claim()
    return GradingJob.objects.get()


def test_a_failure_is_counted_and_the_job_rests() -> None:
    job = _running(executed_desk())
    GradingJob.objects.update(rings=4, next_ring_at=database_now())
    assert fail_jobs([job.pk], error="no memory") == []
    after = GradingJob.objects.get()
    assert (after.state, after.failures) == (JobState.QUEUED, 1)
    assert (after.token, after.lease_until) == (job.token + 1, None)
    assert (after.last_error, after.rings, after.next_ring_at) == ("no memory", 0, None)
    assert after.finished_at is None
    rest = after.available_at - database_now()
    assert timedelta(seconds=1.5) < rest <= timedelta(seconds=2)


def test_each_failure_doubles_the_rest_until_the_job_is_dead() -> None:
    desk = executed_desk(tries_per_question=1)
    job = _running(desk)
    rests = []
    for _ in range(MAX_FAILURES - 1):
        assert fail_jobs([job.pk], error="x") == []
        now = database_now()
        rests.append(round((GradingJob.objects.get().available_at - now).seconds + 1))
        make_available()
        assert len(claim(suspects=True)) == 1
    assert rests == [2, 4]
    assert tries_spent(desk.variant) == 1
    assert fail_jobs([job.pk], error="the last straw") == [job.pk]
    dead = GradingJob.objects.get()
    assert (dead.state, dead.failures) == (JobState.DEAD, 3)
    assert dead.last_error == "the last straw"
    assert dead.finished_at is not None
    assert dead.lease_until is None
    assert tries_spent(desk.variant) == 0
    assert desk.question.state == QuestionState.SAVED
    assert desk.submit("b").number == 2


def test_a_long_error_is_cut() -> None:
    job = _running(executed_desk())
    fail_jobs([job.pk], error="x" * 3000)
    assert GradingJob.objects.get().last_error == "x" * 2000


@pytest.mark.parametrize("state", sorted({*JobState.values} - {"running"}))
def test_only_running_jobs_fail(state: str) -> None:
    job = _running(executed_desk())
    GradingJob.objects.update(state=state)
    assert fail_jobs([job.pk], error="x") == []
    after = GradingJob.objects.get()
    assert (after.state, after.failures, after.token) == (state, 0, 1)


def test_another_token_is_another_worker_job() -> None:
    job = _running(executed_desk())
    assert fail_jobs([job.pk], error="x", token=job.token - 1) == []
    assert GradingJob.objects.get().state == JobState.RUNNING
    fail_jobs([job.pk], error="x", token=job.token)
    assert GradingJob.objects.get().state == JobState.QUEUED


def test_jobs_fail_together_and_die_alone() -> None:
    desks = [executed_desk(), executed_desk()]
    for desk in desks:
        desk.submit("b")
    claim()
    old, young = GradingJob.objects.order_by("id")
    GradingJob.objects.filter(pk=old.pk).update(failures=2)
    assert fail_jobs([old.pk, young.pk], error="x") == [old.pk]
    states = GradingJob.objects.order_by("id").values_list("state", "failures")
    assert list(states) == [(JobState.DEAD, 3), (JobState.QUEUED, 1)]
    assert [desk.question.state for desk in desks] == [
        QuestionState.SAVED,
        QuestionState.GRADING,
    ]


@pytest.mark.parametrize(
    ("fraction", "state"),
    [(None, "saved"), ("0", "incorrect"), ("0.5", "partial"), ("1", "correct")],
)
@pytest.mark.parametrize("before", ["grading", "needs_grading"])
def test_a_released_question_is_what_it_was(
    fraction: str | None, state: str, before: str
) -> None:
    desk = executed_desk()
    submission = desk.submit("b")
    value = None if fraction is None else Decimal(fraction)
    desk.instance.questions.update(fraction=value, state=before)
    release_questions([submission.pk])
    assert (desk.question.state, desk.question.fraction) == (state, value)


def test_other_questions_are_not_released() -> None:
    desk, other = executed_desk(), written_desk()
    submission = desk.submit("b")
    other.submit(text="Because.")
    release_questions([])
    assert desk.question.state == QuestionState.GRADING
    release_questions([submission.pk])
    assert desk.question.state == QuestionState.SAVED
    assert other.question.state == QuestionState.GRADING
    desk.instance.questions.update(state="correct")
    release_questions([submission.pk])
    assert desk.question.state == QuestionState.CORRECT
