"""What a caller may address: courses by key, the rest by uuid; else 404."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from rest_framework.request import Request

from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries import attempts, catalog
from quizzes.enums import Role
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    Chapter,
    Course,
    Enrolment,
    Submission,
    Variant,
)
from trapframe.accounts.models import Scope
from trapframe.api.permissions import caller, granted_scopes

T = TypeVar("T")


def courses_for(request: Request) -> QuerySet[Course]:
    """The courses that the caller may know of, with the caller's role in each."""
    user = caller(request)
    # An LMS acts for others: what its owner may do as a learner does not count.
    if granted_scopes(request) == {Scope.LMS}:
        courses = taught_courses(user)
    else:
        courses = catalog.courses_for(user)
    mine = Enrolment.objects.filter(course=OuterRef("pk"), user=user)
    return courses.annotate(role=Subquery(mine.values("role")[:1]))


def course_for(request: Request, key: str) -> Course:
    """Raises NotFoundError for a course that the caller may not know of."""
    return _found(courses_for(request).filter(key=key).first(), "course")


def taught_courses(user: Any) -> QuerySet[Course]:
    """The courses in which the user grades; all of them for an administrator."""
    if user.is_superuser:
        return Course.objects.all()
    taught = Enrolment.objects.filter(user=user, role=Role.INSTRUCTOR)
    return Course.objects.filter(pk__in=taught.values("course"))


def taught_course(user: Any, key: str) -> Course:
    """A course in which the user grades; NotFoundError for any other."""
    return _found(taught_courses(user).filter(key=key).first(), "course")


def chapter_in(course: Course, key: str) -> Chapter:
    return _found(course.chapters.filter(key=key).first(), "chapter")


def assessments_of(course: Course) -> QuerySet[Assessment]:
    """The course's assessments, each with its chapter's key and its size."""
    return course.assessments.annotate(
        chapter_key=F("chapter__key"), question_count=Count("slots")
    )


def assessment_in(course: Course, key: str) -> Assessment:
    return _found(assessments_of(course).filter(key=key).first(), "assessment")


def attempt_for(request: Request, uuid: UUID) -> AssessmentInstance:
    instance = attempts.instance_for(caller(request), uuid)
    _require_own_or_staff(request, instance, "attempt")
    return instance


def variant_for(request: Request, uuid: UUID) -> Variant:
    variant = attempts.variant_for(caller(request), uuid)
    _require_own_or_staff(request, variant.instance_question.instance, "question")
    return variant


def submission_for(request: Request, uuid: UUID) -> Submission:
    submission = attempts.submission_for(caller(request), uuid)
    instance = submission.variant.instance_question.instance
    _require_own_or_staff(request, instance, "submission")
    return submission


def _require_own_or_staff(
    request: Request, instance: AssessmentInstance, what: str
) -> None:
    """A learner's token shows its owner's work alone, also when the owner teaches."""
    is_own = instance.user_id == caller(request).pk
    if not is_own and Scope.STAFF not in granted_scopes(request):
        raise NotFoundError(what)


def _found(row: T | None, what: str) -> T:
    if row is None:
        raise NotFoundError(what)
    return row
