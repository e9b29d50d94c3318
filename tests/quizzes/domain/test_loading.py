import pytest

from quizzes.domain.loading import load_course
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_course_of_the_fixtures_is_loaded() -> None:
    report = load_course(factories.OS_COURSE, factories.SCENARIOS)
    assert report.unchanged == []
