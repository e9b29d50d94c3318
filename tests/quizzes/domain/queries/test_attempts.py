from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.enrolling import enrol
from quizzes.domain.errors import NotFoundError
from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.attempts import (
    JobView,
    Score,
    instance_for,
    job_view,
    own_instances,
    question_row,
    question_rows,
    score_of,
    submission_for,
    variant_for,
    visible_instances,
)
from quizzes.enums import JobState, QuestionState, Role
from quizzes.models import GradingJob, Submission, Variant
from tests import factories
from tests.desks import Desk, executed_desk, written_desk

pytestmark = pytest.mark.django_db


def _people(desk: Desk) -> dict[str, Any]:
    elsewhere = factories.make_instructor(factories.make_course())
    enrol(desk.course, user=desk.peer, role=Role.LEARNER)
    return {
        "learner": desk.learner,
        "peer": desk.peer,
        "outsider": factories.make_user(),
        "instructor": desk.instructor,
        "instructor elsewhere": elsewhere,
        "admin": factories.make_user(is_superuser=True),
    }


@pytest.mark.parametrize("what", ["instance", "variant", "submission"])
def test_only_the_learner_and_those_who_grade_find_an_attempt(what: str) -> None:
    desk = executed_desk()
    submission = desk.submit("a")
    find, thing = {
        "instance": (instance_for, desk.instance),
        "variant": (variant_for, desk.variant),
        "submission": (submission_for, submission),
    }[what]
    found = {}
    for name, person in _people(desk).items():
        try:
            found[name] = find(person, thing.uuid) == thing  # type: ignore[operator]
        except NotFoundError as error:
            found[name] = error.code
    assert found == {
        "learner": True,
        "peer": "not_found",
        "outsider": "not_found",
        "instructor": True,
        "instructor elsewhere": "not_found",
        "admin": True,
    }
    with pytest.raises(NotFoundError):
        find(desk.learner, uuid4())  # type: ignore[operator]


def test_a_learner_enrolled_in_two_courses_sees_each_attempt_once() -> None:
    desk, other = executed_desk(), executed_desk()
    second = factories.start(other.assessment, desk.learner)
    enrol(other.course, user=desk.instructor, role=Role.INSTRUCTOR)
    assert set(visible_instances(desk.learner)) == {desk.instance, second}
    assert len(visible_instances(desk.learner)) == 2
    taught = visible_instances(desk.instructor)
    assert {i.pk for i in taught} == {desk.instance.pk, second.pk, other.instance.pk}
    assert len(taught) == 3
    assert visible_instances(desk.peer).count() == 0
    assert visible_instances(factories.make_user(is_superuser=True)).count() == 3


def test_own_attempts_come_newest_first() -> None:
    desk = executed_desk()
    finish_instance(desk.instance, user=desk.learner)
    second = factories.start(desk.assessment, desk.learner)
    factories.start(desk.assessment, desk.peer)
    assert own_instances(desk.assessment, user=desk.learner) == [second, desk.instance]


def _row(desk: Desk) -> dict[str, Any]:
    (row,) = question_rows(factories.start(desk.assessment, desk.learner))
    return {
        "state": row.question.state,
        "spent": row.tries_spent,
        "open": row.is_open,
        "revealed": row.is_revealed,
        "mark": row.mark,
    }


def test_a_row_follows_the_tries() -> None:
    desk = executed_desk(tries_per_question=2)
    desk.assessment.slots.update(max_mark=3)
    desk.instance.questions.update(max_mark=3)
    rows = [_row(desk)]
    desk.submit("b")
    rows.append(_row(desk))
    factories.drain()
    rows.append(_row(desk))
    desk.graded("c")
    rows.append(_row(desk))
    names = ("state", "spent", "open", "revealed", "mark")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (QuestionState.TODO, 0, True, False, None),
        (QuestionState.GRADING, 1, False, False, None),
        (QuestionState.INCORRECT, 1, True, False, Decimal(0)),
        (QuestionState.INCORRECT, 2, False, True, Decimal(0)),
    ]


def test_a_right_answer_closes_and_reveals() -> None:
    desk = executed_desk(tries_per_question=9)
    desk.graded("a")
    assert _row(desk) == {
        "state": QuestionState.CORRECT,
        "spent": 1,
        "open": False,
        "revealed": True,
        "mark": Decimal(1),
    }


def test_a_broken_question_is_closed_and_tells_nothing() -> None:
    desk = executed_desk()
    Variant.objects.update(state="broken")
    row = _row(desk)
    assert (row["open"], row["revealed"]) == (False, False)


def test_a_finished_attempt_is_closed_and_reveals() -> None:
    desk = executed_desk()
    finished = finish_instance(desk.instance, user=desk.learner)
    (row,) = question_rows(finished)
    assert (row.is_open, row.is_revealed, row.tries_spent) == (False, True, 0)
    assert row.title == "What does execve answer?"
    assert row.tries_allowed == 2


@pytest.mark.parametrize("state", ["queued", "needs_grading"])
def test_nothing_is_revealed_while_an_answer_is_under_way(state: str) -> None:
    desk = written_desk(tries_per_question=1)
    desk.submit(text="So.")
    if state == "needs_grading":
        factories.drain()
    (row,) = question_rows(desk.instance)
    assert (row.is_open, row.is_revealed) == (False, False)
    finished = finish_instance(desk.instance, user=desk.learner)
    (row,) = question_rows(finished)
    assert row.is_revealed is False


def test_dead_jobs_leave_a_try(settings: Any) -> None:
    desk = executed_desk(tries_per_question=1)
    desk.submit("b")
    GradingJob.objects.update(state="dead")
    desk.instance.questions.update(state=QuestionState.SAVED)
    row = _row(desk)
    assert (row["spent"], row["open"], row["revealed"]) == (0, True, False)


def test_one_question_has_the_same_row() -> None:
    course = factories.make_course()
    versions = [factories.make_small(course) for _ in range(3)]
    assessment = factories.make_assessment(course, *(v.question for v in versions))
    instance = factories.start(assessment, factories.make_user())
    variant = factories.variant_of(instance, 2)
    row = question_row(variant)
    assert (row.question.number, row.question.pk) == (2, variant.instance_question_id)
    assert row == question_rows(instance)[1]


def test_the_score_counts_what_is_graded() -> None:
    course = factories.make_course()
    versions = [factories.make_small(course) for _ in range(4)]
    assessment = factories.make_assessment(course, *(v.question for v in versions))
    assessment.slots.update(max_mark="2.50")
    instance = factories.start(assessment, factories.make_user())
    for number, fraction, state in ((1, "1", "correct"), (2, "0.5", "partial")):
        instance.questions.filter(number=number).update(fraction=fraction, state=state)
    instance.questions.filter(number=3).update(state="grading")
    instance.questions.filter(number=4).update(state="needs_grading")
    score = score_of(question_rows(instance))
    assert score == Score(mark=Decimal("3.75"), max_mark=Decimal(10), waiting=2)
    assert score.percent == Decimal("37.5")
    assert score_of([]).percent == Decimal("0.0")


def test_the_number_of_queries_does_not_grow_with_the_questions(
    django_assert_num_queries: Any,
) -> None:
    course = factories.make_course()
    versions = [factories.make_free_response(course) for _ in range(30)]
    user = factories.make_user()
    for some in (versions[:1], versions):
        assessment = factories.make_assessment(course, *(v.question for v in some))
        instance = factories.start(assessment, user)
        for number in range(1, len(some) + 1):
            factories.submit(factories.variant_of(instance, number), {"text": "So."})
        with django_assert_num_queries(1):
            rows = question_rows(instance)
        assert [row.tries_spent for row in rows] == [1] * len(some)


def test_a_submission_waits_in_its_lane() -> None:
    first, second = executed_desk().submit("a"), executed_desk().submit("b")
    third = executed_desk().submit("a")
    GradingJob.objects.filter(submission=first).update(lane="bulk")
    assert [job_view(s).position for s in (first, second, third)] == [1, 1, 2]
    assert job_view(third) == JobView(
        state=JobState.QUEUED, position=2, failures=0, is_final=False
    )
    GradingJob.objects.filter(submission=second).update(
        state="running", failures=1, lease_until=database_now()
    )
    assert job_view(second) == JobView(
        state=JobState.RUNNING, position=None, failures=1, is_final=False
    )
    assert job_view(third).position == 1


@pytest.mark.parametrize(
    ("state", "is_final"),
    [
        ("needs_grading", False),
        ("graded", True),
        ("invalid", True),
        ("broken", True),
        ("dead", True),
        ("superseded", True),
    ],
)
def test_the_end_of_a_job_is_final(state: str, is_final: bool) -> None:
    submission = executed_desk().submit("a")
    GradingJob.objects.update(state=state)
    view = job_view(submission)
    assert (view.state, view.position, view.is_final) == (state, None, is_final)


def test_the_newest_job_of_a_submission_counts() -> None:
    submission = executed_desk().submit("a")
    GradingJob.objects.update(state="dead")
    GradingJob.objects.create(submission=submission, lane="bulk")
    assert job_view(submission).state == JobState.QUEUED


def test_a_submission_without_a_job_is_none_to_watch() -> None:
    desk = executed_desk()
    submission = Submission.objects.create(
        variant=desk.variant,
        number=1,
        idempotency_key="k",
        answer={},
        received_at=database_now(),
    )
    with pytest.raises(NotFoundError):
        job_view(submission)
