"""What a person finds before an attempt: courses, chapters, assessments."""

from collections import defaultdict
from collections.abc import Sequence
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
from quizzes.enums import InstanceState
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    Chapter,
    ChapterRead,
    Course,
)
from quizzes.rules import can_view_course
from quizzes.scoring import percent


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt of one learner, with its score so far."""

    instance: AssessmentInstance
    score: Decimal
    max_score: Decimal
    ungraded: int
    """Questions that were answered and have no grade yet."""

    @property
    def percent(self) -> Decimal:
        return percent(self.score, self.max_score)


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment as its learner sees it in a list."""

    assessment: Assessment
    attempts: tuple[AttemptRow, ...]
    """Newest first."""

    @property
    def in_progress(self) -> AttemptRow | None:
        open_state = InstanceState.IN_PROGRESS
        return next((a for a in self.attempts if a.instance.state == open_state), None)

    @property
    def finished(self) -> tuple[AttemptRow, ...]:
        done = InstanceState.FINISHED
        return tuple(a for a in self.attempts if a.instance.state == done)

    @property
    def best_percent(self) -> Decimal | None:
        """The best finished attempt's score, None before the first."""
        return max((attempt.percent for attempt in self.finished), default=None)

    @property
    def attempts_left(self) -> int | None:
        """How many attempts can still be started; None where there is no limit."""
        allowed = self.assessment.attempts_allowed
        return None if allowed is None else max(0, allowed - len(self.attempts))


@dataclass(frozen=True, slots=True)
class ChapterRow:
    chapter: Chapter
    is_read: bool
    assessments: tuple[AssessmentRow, ...]

    @property
    def steps_done(self) -> int:
        """Of the reading and each assessment: how many are done once."""
        return int(self.is_read) + sum(bool(row.finished) for row in self.assessments)

    @property
    def steps(self) -> int:
        return 1 + len(self.assessments)


@dataclass(frozen=True, slots=True)
class AssessmentCard:
    """What a learner wants to know before starting."""

    row: AssessmentRow
    questions: int
    max_score: Decimal
    can_start: bool
    """False when every attempt is used and none is open."""


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


def chapter_for(user: Any, course_key: str, key: str) -> Chapter:
    """A chapter with its objectives; NotFoundError for who may not see it."""
    course = course_for(user, course_key)
    chapter = course.chapters.prefetch_related("objectives").filter(key=key).first()
    if chapter is None:
        raise NotFoundError("chapter")
    return chapter


def assessment_for(user: Any, course_key: str, key: str) -> Assessment:
    """An assessment, its course and chapter loaded; NotFoundError as above."""
    course = course_for(user, course_key)
    assessment = (
        course.assessments.select_related("course", "chapter").filter(key=key).first()
    )
    if assessment is None:
        raise NotFoundError("assessment")
    return assessment


def course_rows(course: Course, *, user: Any) -> list[ChapterRow]:
    """All chapters of a course with the learner's progress, in reading order."""
    chapters = list(course.chapters.order_by("number"))
    read = set(
        ChapterRead.objects.filter(user=user, chapter__in=chapters).values_list(
            "chapter_id", flat=True
        )
    )
    by_chapter: dict[int | None, list[AssessmentRow]] = defaultdict(list)
    assessments = course.assessments.filter(chapter__in=chapters)
    for row in assessment_rows(list(assessments), user=user):
        by_chapter[row.assessment.chapter_id].append(row)
    return [
        ChapterRow(
            chapter=chapter,
            is_read=chapter.pk in read,
            assessments=tuple(by_chapter[chapter.pk]),
        )
        for chapter in chapters
    ]


def chapter_row(chapter: Chapter, *, user: Any) -> ChapterRow:
    """One chapter with the learner's progress."""
    return ChapterRow(
        chapter=chapter,
        is_read=chapter.reads.filter(user=user).exists(),
        assessments=tuple(assessment_rows(list(chapter.assessments.all()), user=user)),
    )


def assessment_rows(
    assessments: Sequence[Assessment], *, user: Any
) -> list[AssessmentRow]:
    """The assessments in the order given, each with the learner's own attempts."""
    mine: dict[int, list[AttemptRow]] = defaultdict(list)
    for row in attempt_rows(user=user, assessments=assessments):
        mine[row.instance.assessment_id].append(row)
    return [
        AssessmentRow(assessment=item, attempts=tuple(mine[item.pk]))
        for item in assessments
    ]


def attempt_rows(
    *, user: Any, assessments: Sequence[Assessment] | None = None
) -> list[AttemptRow]:
    """The learner's attempts with their scores, newest first, in one query."""
    mark = ExpressionWrapper(
        F("questions__fraction") * F("questions__max_mark"),
        output_field=DecimalField(max_digits=12, decimal_places=7),
    )
    instances = AssessmentInstance.objects.filter(user=user)
    if assessments is not None:
        instances = instances.filter(assessment__in=assessments)
    annotated = (
        instances.select_related("assessment__course")
        .annotate(
            score=Sum(mark),
            max_score=Sum("questions__max_mark"),
            ungraded=Count(
                "questions",
                filter=Q(questions__state__in=("grading", "needs_grading")),
            ),
        )
        .order_by("-id")
    )
    return [
        AttemptRow(
            instance=instance,
            score=instance.score or Decimal(0),
            max_score=instance.max_score or Decimal(0),
            ungraded=instance.ungraded,
        )
        for instance in annotated
    ]


def assessment_card(assessment: Assessment, *, user: Any) -> AssessmentCard:
    """The size of an assessment and the learner's own attempts at it."""
    row = assessment_rows([assessment], user=user)[0]
    size = assessment.slots.aggregate(count=Count("pk"), marks=Sum("max_mark"))
    return AssessmentCard(
        row=row,
        questions=size["count"],
        max_score=size["marks"] or Decimal(0),
        can_start=row.in_progress is not None or row.attempts_left != 0,
    )
