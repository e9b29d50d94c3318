"""Taking part in a course."""

from typing import Any

from quizzes.domain.errors import NotAllowedError
from quizzes.enums import Role
from quizzes.models import Course, Enrolment


def enrol(course: Course, *, user: Any, role: Role = Role.LEARNER) -> Enrolment:
    """Enrol the user, or return the enrolment that is there, its role unchanged."""
    enrolment, _ = Enrolment.objects.get_or_create(
        course=course, user=user, defaults={"role": role}
    )
    return enrolment


def ensure_enrolled(course: Course, *, user: Any) -> Enrolment:
    """The user's enrolment; an open course takes new learners by itself.

    Raises NotAllowedError (``not_enrolled``) for a closed course.
    """
    enrolment = Enrolment.objects.filter(course=course, user=user).first()
    if enrolment is not None:
        return enrolment
    if not course.is_open:
        raise NotAllowedError(
            "not_enrolled", "You are not enrolled in this course: ask its instructor."
        )
    return enrol(course, user=user)
