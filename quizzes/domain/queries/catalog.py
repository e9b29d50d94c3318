"""What a person finds before an attempt: courses, chapters, assessments."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
)

from quizzes.domain.errors import NotFoundError
from quizzes.enums import InstanceState, QuestionState
from quizzes.markup import render_block
from quizzes.models import Assessment, AssessmentInstance, Chapter, Course
from quizzes.rules import can_view_course
from quizzes.scoring import percent


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt of one learner, with its score so far."""

    instance: AssessmentInstance
    mark: Decimal
    max_mark: Decimal
    waiting: int
    """Answered questions that have no grade yet."""

    @property
    def is_in_progress(self) -> bool:
        """True until the learner or the clock has ended it."""
        return bool(self.instance.state == InstanceState.IN_PROGRESS)

    @property
    def percent(self) -> Decimal:
        """The mark in percent of the maximum."""
        return percent(self.mark, self.max_mark)


@dataclass(frozen=True, slots=True)
class AssessmentCard:
    """What a learner wants to know before starting."""

    instructions_html: str
    questions: int
    max_mark: Decimal
    attempts: tuple[AttemptRow, ...]
    """The learner's own, newest first."""
    in_progress: AttemptRow | None
    attempts_left: int | None
    """How many can still be started; None where there is no limit."""


def courses_for(user: Any) -> QuerySet[Course]:
    """The courses that a person may see, by title."""
    courses = Course.objects.order_by("title", "pk")
    if user.is_superuser:
        return courses
    return courses.filter(Q(is_open=True) | Q(enrolments__user=user)).distinct()


def course_for(user: Any, key: str) -> Course:
    """The course of this key; NotFoundError for who may not see it."""
    course = Course.objects.filter(key=key).first()
    if course is None or not can_view_course(user, course):
        raise NotFoundError("course")
    return course


def chapters_of(course: Course) -> list[Chapter]:
    """The course's chapters in reading order."""
    return list(course.chapters.order_by("number"))


def chapter_for(user: Any, course_key: str, key: str) -> Chapter:
    """A chapter with its course and objectives; NotFoundError as above."""
    course = course_for(user, course_key)
    chapters = course.chapters.select_related("course").prefetch_related("objectives")
    chapter = chapters.filter(key=key).first()
    if chapter is None:
        raise NotFoundError("chapter")
    return chapter


def assessment_for(user: Any, course_key: str, key: str) -> Assessment:
    """An assessment with its course and chapter; NotFoundError as above."""
    course = course_for(user, course_key)
    assessments = course.assessments.select_related("course", "chapter")
    assessment = assessments.filter(key=key).first()
    if assessment is None:
        raise NotFoundError("assessment")
    return assessment


def assessment_card(assessment: Assessment, *, user: Any) -> AssessmentCard:
    """The size of an assessment and the learner's own attempts at it."""
    size = assessment.slots.aggregate(count=Count("pk"), marks=Sum("max_mark"))
    attempts = tuple(attempt_rows(user=user, assessment=assessment))
    allowed = assessment.attempts_allowed
    return AssessmentCard(
        instructions_html=render_block(assessment.instructions),
        questions=size["count"],
        max_mark=size["marks"] or Decimal(0),
        attempts=attempts,
        in_progress=next((row for row in attempts if row.is_in_progress), None),
        attempts_left=None if allowed is None else max(0, allowed - len(attempts)),
    )


def attempt_rows(
    *, user: Any, assessment: Assessment | None = None
) -> list[AttemptRow]:
    """The learner's attempts, newest first: at one assessment, or all of them."""
    product = ExpressionWrapper(
        F("questions__fraction") * F("questions__max_mark"),
        output_field=DecimalField(max_digits=14, decimal_places=7),
    )
    waiting = (QuestionState.GRADING, QuestionState.NEEDS_GRADING)
    instances = AssessmentInstance.objects.filter(user=user)
    if assessment is not None:
        instances = instances.filter(assessment=assessment)
    annotated = (
        instances.select_related("assessment__course")
        .annotate(
            mark=Sum(product),
            max_mark=Sum("questions__max_mark"),
            waiting=Count("questions", filter=Q(questions__state__in=waiting)),
        )
        .order_by("-id")
    )
    return [
        AttemptRow(
            instance=instance,
            mark=instance.mark or Decimal(0),
            max_mark=instance.max_mark or Decimal(0),
            waiting=instance.waiting,
        )
        for instance in annotated
    ]
