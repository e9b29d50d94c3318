from decimal import Decimal
from typing import Any

import pytest

from quizzes.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from quizzes.domain.queries.queue import conservation
from quizzes.domain.reviewing import grade_manually
from quizzes.domain.submitting import tries_spent
from quizzes.enums import GradeSource, JobState, Outcome, QuestionState
from quizzes.models import GradeEvent, GradingJob, Verdict
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.racing import race

pytestmark = pytest.mark.django_db


def _waiting(desk: Desk, text: str = "The kernel runs already.") -> GradingJob:
    submission = desk.submit(text=text)
    assert factories.drain() == 1
    return factories.job_of(submission)


def _grade(
    desk: Desk, job: GradingJob, kernel: Any = 2, stages: Any = 1, reason: str = "Good."
) -> GradeEvent:
    points = {"kernel": Decimal(kernel), "stages": Decimal(stages)}
    return grade_manually(job, grader=desk.instructor, points=points, reason=reason)


def test_a_person_grades_with_points_and_a_reason() -> None:
    desk = written_desk()
    job = _waiting(desk)
    event = _grade(desk, job, 2, "0.5", reason="  Nearly.  ")
    assert event == GradeEvent.objects.get()
    assert (event.source, event.actor) == (GradeSource.MANUAL, desk.instructor)
    assert (event.fraction, event.reason) == (Decimal("0.83333"), "Nearly.")
    assert (event.instance_question, event.submission) == (
        desk.question,
        job.submission,
    )
    verdict = Verdict.objects.get()
    assert (event.verdict, verdict.job, verdict.token) == (verdict, job, 1)
    assert (verdict.outcome, verdict.fraction) == ("partial", Decimal("0.83333"))
    assert verdict.evidence == {"points": {"kernel": "2", "stages": "0.5"}}
    assert verdict.worker == f"person {desk.instructor.pk}"
    assert (verdict.question_version, verdict.scenario_version) == (desk.version, None)
    stored = GradingJob.objects.get()
    assert stored.state == JobState.GRADED
    assert stored.finished_at is not None
    assert (desk.question.state, desk.question.fraction) == (
        QuestionState.PARTIAL,
        Decimal("0.83333"),
    )
    assert tries_spent(desk.variant) == 1
    assert conservation().holds


@pytest.mark.parametrize(
    ("kernel", "stages", "outcome", "state"),
    [
        (2, 1, Outcome.CORRECT, QuestionState.CORRECT),
        (0, 1, Outcome.PARTIAL, QuestionState.PARTIAL),
        (0, 0, Outcome.INCORRECT, QuestionState.INCORRECT),
    ],
)
def test_points_are_an_outcome(
    kernel: int, stages: int, outcome: str, state: str
) -> None:
    desk = written_desk()
    _grade(desk, _waiting(desk), kernel, stages)
    assert Verdict.objects.get().outcome == outcome
    assert desk.question.state == state


@pytest.mark.parametrize(
    ("policy", "state", "fraction"),
    [("best", "partial", "0.66667"), ("last", "partial", "0.33333")],
)
def test_the_policy_of_the_assessment_counts(
    policy: str, state: str, fraction: str
) -> None:
    desk = written_desk(score_policy=policy, tries_per_question=2)
    _grade(desk, _waiting(desk), 2, 0)
    second = _grade(desk, _waiting(desk), 0, 1)
    assert second.fraction == Decimal("0.33333")
    assert (desk.question.state, desk.question.fraction) == (state, Decimal(fraction))


@pytest.mark.parametrize("person", ["learner", "peer"])
def test_only_graders_grade(person: str) -> None:
    desk = written_desk()
    job = _waiting(desk)
    with pytest.raises(NotAllowedError) as refusal:
        grade_manually(
            job,
            grader=getattr(desk, person),
            points={"kernel": Decimal(2), "stages": Decimal(1)},
            reason="I like it.",
        )
    assert (refusal.value.code, refusal.value.status_hint) == ("not_a_grader", 403)
    assert GradeEvent.objects.count() == 0


def test_an_instructor_of_another_course_does_not_grade() -> None:
    desk = written_desk()
    job = _waiting(desk)
    other = written_desk()
    with pytest.raises(NotAllowedError):
        _grade(other, job)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_grade_needs_a_reason(reason: str) -> None:
    desk = written_desk()
    job = _waiting(desk)
    with pytest.raises(InvalidInputError) as refusal:
        _grade(desk, job, reason=reason)
    assert (refusal.value.code, refusal.value.status_hint) == ("reason_required", 422)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ({}, "Points are missing for: kernel, stages."),
        ({"kernel": 2}, "Points are missing for: stages."),
        ({"kernel": 3, "stages": 1}, "The item kernel takes 0 to 2 points."),
        ({"kernel": -1, "stages": 1}, "The item kernel takes 0 to 2 points."),
        ({"kernel": 2, "stages": 1, "x": 1}, "The rubric has no item x."),
        ({"kernel": "NaN", "stages": 1}, "The item kernel takes 0 to 2 points."),
    ],
)
def test_points_follow_the_rubric(points: dict[str, Any], words: str) -> None:
    desk = written_desk()
    job = _waiting(desk)
    with pytest.raises(InvalidInputError) as refusal:
        grade_manually(
            job,
            grader=desk.instructor,
            points={key: Decimal(value) for key, value in points.items()},
            reason="So.",
        )
    assert (refusal.value.code, refusal.value.message) == ("invalid_points", words)
    assert GradingJob.objects.get().state == JobState.NEEDS_GRADING


def test_what_a_run_grades_no_person_grades() -> None:
    desk = executed_desk()
    job = factories.job_of(desk.graded("b"))
    with pytest.raises(ConflictError) as refusal:
        _grade(desk, job)
    assert (refusal.value.code, refusal.value.status_hint) == ("not_manual", 409)


@pytest.mark.parametrize(
    "state", sorted({*JobState.values} - {"needs_grading", "running"})
)
def test_only_a_waiting_answer_is_graded(state: str) -> None:
    desk = written_desk()
    job = _waiting(desk)
    GradingJob.objects.update(state=state)
    with pytest.raises(ConflictError) as refusal:
        _grade(desk, job)
    assert (refusal.value.code, refusal.value.status_hint) == ("already_graded", 409)
    assert GradeEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_graders_the_first_counts() -> None:
    desk = written_desk()
    job = _waiting(desk)
    calls = [
        lambda: _grade(desk, job, 2, 1),
        lambda: _grade(desk, job, 0, 0),
    ] * 5
    results = race(calls)
    refused = [r.code for r in results if isinstance(r, ConflictError)]
    assert refused == ["already_graded"] * 9
    event = GradeEvent.objects.get()
    assert [r for r in results if isinstance(r, GradeEvent)] == [event]
    assert desk.question.fraction == event.fraction
    assert Verdict.objects.count() == 1
