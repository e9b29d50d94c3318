import pytest

from quizzes.domain.enrolling import enrol, ensure_enrolled
from quizzes.domain.errors import NotAllowedError
from quizzes.enums import Role
from quizzes.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db


def test_people_are_enrolled_as_learners() -> None:
    course = factories.make_course()
    user = factories.make_user()
    enrolment = enrol(course, user=user)
    assert (enrolment.course, enrolment.user) == (course, user)
    assert enrolment.role == Role.LEARNER


def test_enrolling_again_keeps_the_role() -> None:
    course = factories.make_course()
    user = factories.make_user()
    first = enrol(course, user=user, role=Role.INSTRUCTOR)
    again = enrol(course, user=user)
    assert again == first
    assert again.role == Role.INSTRUCTOR
    assert Enrolment.objects.count() == 1


def test_an_open_course_takes_whoever_starts() -> None:
    course = factories.make_course()
    user = factories.make_user()
    enrolment = ensure_enrolled(course, user=user)
    assert enrolment.role == Role.LEARNER
    assert ensure_enrolled(course, user=user) == enrolment


def test_a_closed_course_takes_nobody_by_itself() -> None:
    course = factories.make_course(is_open=False)
    user = factories.make_user()
    with pytest.raises(NotAllowedError) as refusal:
        ensure_enrolled(course, user=user)
    assert refusal.value.code == "not_enrolled"
    assert refusal.value.status_hint == 403
    assert Enrolment.objects.count() == 0
    enrolment = enrol(course, user=user)
    assert ensure_enrolled(course, user=user) == enrolment
