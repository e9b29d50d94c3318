import pytest

from quizzes.rules import can_author
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_learner_is_no_author() -> None:
    assert can_author(factories.make_user(), factories.make_course()) is False
