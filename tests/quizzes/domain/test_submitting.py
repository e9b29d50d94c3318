import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction

from quizzes.domain.clock import database_now
from quizzes.domain.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotAllowedError,
)
from quizzes.domain.finishing import finish_instance
from quizzes.domain.submitting import (
    GRACE,
    MAX_KEY_LENGTH,
    check_in_progress,
    submit_answer,
    tries_spent,
)
from quizzes.domain.sweeping import sweep
from quizzes.enums import InstanceState, JobState, Lane, QuestionState
from quizzes.models import AssessmentInstance, GradingJob, Submission, Variant
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.racing import race

pytestmark = pytest.mark.django_db


def _submit(
    desk: Desk, *chosen: str, key: str = "k", user: Any = None, **more: Any
) -> Any:
    return submit_answer(
        desk.variant,
        user=user or desk.learner,
        raw={"chosen": list(chosen)},
        idempotency_key=key,
        **more,
    )


def _refusal(desk: Desk, *chosen: str, key: str = "again") -> DomainError:
    with pytest.raises(DomainError) as refusal:
        _submit(desk, *chosen, key=key)
    return refusal.value


def _close_at(desk: Desk, seconds: float) -> None:
    """Let the attempt's time end so many seconds from now."""
    closes_at = database_now() + timedelta(seconds=seconds)
    AssessmentInstance.objects.filter(pk=desk.instance.pk).update(closes_at=closes_at)


def test_an_answer_is_stored_and_queued() -> None:
    desk = executed_desk()
    before = database_now()
    result = _submit(desk, "b", key="first")
    assert result.created is True
    submission = Submission.objects.get()
    assert submission == result.submission
    assert (submission.number, submission.idempotency_key) == (1, "first")
    assert submission.answer == {"chosen": ["b"]}
    assert before < submission.received_at < database_now()
    job = GradingJob.objects.get()
    assert (job.submission, job.lane, job.state) == (
        submission,
        Lane.INTERACTIVE,
        JobState.QUEUED,
    )
    assert (job.token, job.failures, job.lease_until) == (0, 0, None)
    assert desk.question.state == QuestionState.GRADING
    assert desk.question.fraction is None


def test_the_bell_rings_when_the_answer_is_committed(
    bells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    desk = executed_desk()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        _submit(desk, "b")
        assert bells == []
    assert len(callbacks) == 1
    assert bells == ["interactive"]


def test_the_same_key_gives_the_same_submission() -> None:
    desk = executed_desk()
    first = _submit(desk, "b", key="same")
    again = _submit(desk, "b", key="same")
    assert (again.submission, again.created) == (first.submission, False)
    assert Submission.objects.count() == 1
    assert GradingJob.objects.count() == 1


def test_the_same_key_with_another_answer_is_refused() -> None:
    desk = executed_desk()
    _submit(desk, "b", key="same")
    refusal = _refusal(desk, "a", key="same")
    assert (refusal.code, refusal.status_hint) == ("idempotency_mismatch", 409)
    assert Submission.objects.get().answer == {"chosen": ["b"]}


def test_a_known_key_is_answered_even_after_the_end() -> None:
    """Idempotency first, deadline second."""
    desk = executed_desk(time_limit_minutes=10)
    first = _submit(desk, "b", key="same")
    _close_at(desk, -60)
    assert _submit(desk, "b", key="same").submission == first.submission
    finish_instance(desk.instance, user=desk.learner)
    assert _submit(desk, "b", key="same").submission == first.submission
    assert _refusal(desk, "b", key="new").code == "closed"


def test_a_key_belongs_to_one_question() -> None:
    course = factories.make_course()
    questions = [factories.make_small(course).question for _ in range(2)]
    instance = factories.start(
        factories.make_assessment(course, *questions), factories.make_user()
    )
    for number in (1, 2):
        variant = factories.variant_of(instance, number)
        factories.submit(variant, {"chosen": ["b"]}, key="same")
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x" * (MAX_KEY_LENGTH + 1), "a\nb", "a\x00b"])
def test_a_key_is_short_and_printable(key: str) -> None:
    desk = executed_desk()
    refusal = _refusal(desk, "b", key=key)
    assert (refusal.code, refusal.status_hint) == ("invalid_idempotency_key", 422)
    assert Submission.objects.count() == 0


def test_the_longest_key_is_taken() -> None:
    desk = executed_desk()
    _submit(desk, "b", key="x" * MAX_KEY_LENGTH)
    assert Submission.objects.get().idempotency_key == "x" * MAX_KEY_LENGTH


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({}, "nothing_chosen"),
        ({"chosen": []}, "nothing_chosen"),
        ({"chosen": ["z"]}, "unknown_option"),
        ({"chosen": ["a", "b"]}, "too_many_chosen"),
        ({"chosen": [1]}, "malformed"),
    ],
)
def test_an_answer_that_is_none_costs_nothing(raw: dict[str, Any], code: str) -> None:
    desk = executed_desk()
    with pytest.raises(InvalidInputError) as refusal:
        submit_answer(desk.variant, user=desk.learner, raw=raw, idempotency_key="k")
    assert refusal.value.code == code
    assert Submission.objects.count() == 0
    assert desk.question.state == QuestionState.TODO


@pytest.mark.parametrize("person", ["peer", "instructor"])
def test_only_the_learner_of_the_attempt_answers(person: str) -> None:
    desk = executed_desk()
    with pytest.raises(NotAllowedError) as refusal:
        _submit(desk, "b", user=getattr(desk, person))
    assert (refusal.value.code, refusal.value.status_hint) == ("not_yours", 403)
    assert Submission.objects.count() == 0


def test_one_answer_at_a_time_is_graded() -> None:
    desk = executed_desk()
    _submit(desk, "b", key="first")
    assert _refusal(desk, "a").code == "grading_in_progress"


def test_an_answer_that_waits_for_a_person_blocks_the_next() -> None:
    desk = written_desk()
    desk.submit(text="Because.")
    factories.drain()
    assert desk.question.state == QuestionState.NEEDS_GRADING
    with pytest.raises(ConflictError) as refusal:
        desk.submit(text="Because of that.")
    assert refusal.value.code == "grading_in_progress"


def test_tries_are_counted_and_end() -> None:
    desk = executed_desk(tries_per_question=2)
    desk.graded("b")
    assert tries_spent(desk.variant) == 1
    desk.graded("c")
    assert tries_spent(desk.variant) == 2
    refusal = _refusal(desk, "a")
    assert (refusal.code, refusal.status_hint) == ("no_tries_left", 409)
    numbers = Submission.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2]


def test_a_right_answer_ends_the_tries() -> None:
    desk = executed_desk(tries_per_question=3)
    desk.graded("a")
    assert desk.question.fraction == Decimal(1)
    refusal = _refusal(desk, "b")
    assert refusal.code == "no_tries_left"
    assert refusal.message == "This question is answered correctly."


@pytest.mark.parametrize("state", ["invalid", "broken", "dead", "superseded"])
def test_faults_of_others_cost_no_try(state: str) -> None:
    desk = executed_desk(tries_per_question=1)
    desk.submit("b")
    GradingJob.objects.update(state=state)
    desk.instance.questions.update(state=QuestionState.SAVED)
    assert tries_spent(desk.variant) == 0
    second = desk.submit("b")
    assert second.number == 2
    assert tries_spent(desk.variant) == 1


@pytest.mark.parametrize("state", ["queued", "needs_grading", "graded"])
def test_the_learner_own_answer_costs_a_try(state: str) -> None:
    desk = executed_desk(tries_per_question=1)
    desk.submit("b")
    GradingJob.objects.update(state=state)
    desk.instance.questions.update(state=QuestionState.SAVED)
    assert tries_spent(desk.variant) == 1
    assert _refusal(desk, "a").code == "no_tries_left"


def test_a_broken_question_takes_no_answer() -> None:
    desk = executed_desk()
    Variant.objects.update(state="broken")
    refusal = _refusal(desk, "a")
    assert (refusal.code, refusal.status_hint) == ("question_broken", 409)


def test_a_finished_attempt_takes_no_answer() -> None:
    desk = executed_desk()
    finish_instance(desk.instance, user=desk.learner)
    refusal = _refusal(desk, "a")
    assert (refusal.code, refusal.status_hint) == ("closed", 409)
    assert refusal.message == "This attempt is finished."


def test_the_database_clock_ends_the_time() -> None:
    desk = executed_desk(time_limit_minutes=10)
    _close_at(desk, 0)
    refusal = _refusal(desk, "a")
    assert refusal.code == "closed"
    assert refusal.message == "The time for this attempt is over."
    assert desk.instance.state == InstanceState.IN_PROGRESS
    _close_at(desk, 30)
    assert _submit(desk, "a").created is True


END = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _check(*, arrived: float, waited: float) -> None:
    """A request that arrived and got its lock so many seconds after the end."""
    received_at = END + timedelta(seconds=arrived)
    check_in_progress(
        InstanceState.IN_PROGRESS,
        END,
        received_at=received_at,
        now=received_at + timedelta(seconds=waited),
    )


def test_who_arrived_in_time_may_wait_for_the_lock() -> None:
    _check(arrived=0, waited=GRACE.total_seconds())


@pytest.mark.parametrize(
    ("arrived", "waited"), [(0.001, 0.0), (0.0, GRACE.total_seconds() + 0.001)]
)
def test_who_came_late_or_waited_too_long_is_refused(
    arrived: float, waited: float
) -> None:
    with pytest.raises(ConflictError) as refusal:
        _check(arrived=arrived, waited=waited)
    assert refusal.value.code == "closed"


def test_a_wait_for_the_lock_is_not_the_learner_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It arrived as many seconds before as this host's clock has counted."""
    desk = executed_desk(time_limit_minutes=10)
    _close_at(desk, -2)
    moments = iter([100.0, 103.0])
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr("quizzes.domain.submitting.time", clock)
    result = _submit(desk, "a")
    closes_at = AssessmentInstance.objects.get(pk=desk.instance.pk).closes_at
    assert closes_at is not None
    assert result.submission.received_at <= closes_at


def test_a_busy_server_s_delay_is_not_the_learner_s() -> None:
    desk = executed_desk(time_limit_minutes=10)
    _close_at(desk, -2)
    with pytest.raises(ConflictError) as refusal:
        _submit(desk, "a", waited=timedelta(seconds=1))
    assert refusal.value.code == "closed"

    result = _submit(desk, "a", waited=timedelta(seconds=4.5))
    closes_at = AssessmentInstance.objects.get(pk=desk.instance.pk).closes_at
    assert closes_at is not None
    assert result.submission.received_at <= closes_at


def test_no_wait_counts_for_more_than_the_grace() -> None:
    desk = executed_desk()
    before = database_now()
    result = _submit(desk, "a", waited=timedelta(hours=1))
    assert result.submission.received_at >= before - GRACE


def _outcomes(results: list[Any]) -> list[str]:
    return sorted(
        result.code if isinstance(result, DomainError) else f"created {result.created}"
        for result in results
    )


@pytest.mark.django_db(transaction=True)
def test_forty_requests_with_one_key_make_one_submission() -> None:
    desk = executed_desk()
    results = race([lambda: _submit(desk, "b", key="one")] * 40)
    assert _outcomes(results) == ["created False"] * 39 + ["created True"]
    assert Submission.objects.count() == 1
    assert GradingJob.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_keys_at_once_make_one_submission() -> None:
    desk = executed_desk()
    calls = [lambda n=n: _submit(desk, "b", key=f"key {n}") for n in range(20)]
    results = race(calls)
    assert _outcomes(results) == ["created True"] + ["grading_in_progress"] * 19
    assert Submission.objects.count() == 1
    assert tries_spent(desk.variant) == 1


@pytest.mark.django_db(transaction=True)
def test_submit_finish_and_sweep_at_once_lose_and_double_nothing() -> None:
    for _ in range(5):
        desk = executed_desk(time_limit_minutes=10)
        _close_at(desk, 0.02)
        finish = lambda: finish_instance(desk.instance, user=desk.learner)  # noqa: E731, B023
        submit = lambda: _submit(desk, "b", key="one")  # noqa: E731, B023
        results = race([submit, finish, sweep] * 4)
        codes = {r.code for r in results if isinstance(r, DomainError)}
        assert codes <= {"closed"}
        others = [r for r in results if isinstance(r, Exception)]
        assert all(isinstance(r, DomainError) for r in others)
        made = [r for r in results if getattr(r, "created", False)]
        submissions = Submission.objects.filter(variant=desk.variant)
        assert submissions.count() == len(made) <= 1
        assert GradingJob.objects.filter(submission__in=submissions).count() == len(
            made
        )
        instance = AssessmentInstance.objects.get(pk=desk.instance.pk)
        assert instance.state == InstanceState.FINISHED
        state = QuestionState.GRADING if made else QuestionState.TODO
        assert desk.question.state == state


@pytest.mark.django_db(transaction=True)
def test_a_request_that_waits_for_the_lock_past_the_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The deadline is looked at after the lock, by a clock that moves."""
    monkeypatch.setattr("quizzes.domain.submitting.GRACE", timedelta(0))
    desk = executed_desk(time_limit_minutes=10)
    _close_at(desk, 0.2)
    locked = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            AssessmentInstance.objects.select_for_update(no_key=True).get()
            locked.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.4)")

    def submit() -> Any:
        locked.wait(timeout=10)
        return _submit(desk, "a")

    _, result = race([hold, submit])
    assert result.code == "closed"
    assert Submission.objects.count() == 0
