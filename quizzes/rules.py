"""Who may do what: predicates over a person and a row, and nothing else."""

from typing import Any

from quizzes.enums import Role
from quizzes.models import AssessmentInstance, Course, Enrolment


def _has_role(user: Any, course: Course, *roles: Role) -> bool:
    return Enrolment.objects.filter(course=course, user=user, role__in=roles).exists()


def can_view_course(user: Any, course: Course) -> bool:
    """Open courses are for everybody who signed in; closed ones for the enrolled."""
    if not user.is_authenticated:
        return False
    if course.is_open or user.is_superuser:
        return True
    return _has_role(user, course, Role.LEARNER, Role.INSTRUCTOR)


def can_author(user: Any, course: Course) -> bool:
    """Instructors of the course, and administrators."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or _has_role(user, course, Role.INSTRUCTOR)


def can_grade(user: Any, course: Course) -> bool:
    """The same people as author, until a course needs markers of its own."""
    return can_author(user, course)


def can_view_instance(user: Any, instance: AssessmentInstance) -> bool:
    """The learner whose attempt it is, and those who grade the course."""
    if instance.user_id == user.pk:
        return True
    return can_grade(user, instance.assessment.course)


def can_author_scenarios(user: Any) -> bool:
    """Scenarios belong to no course: any instructor may write one."""
    return is_staff_somewhere(user)


def is_staff_somewhere(user: Any) -> bool:
    """An administrator, or instructor of at least one course."""
    if not user.is_authenticated:
        return False
    return (
        user.is_superuser
        or Enrolment.objects.filter(user=user, role=Role.INSTRUCTOR).exists()
    )
