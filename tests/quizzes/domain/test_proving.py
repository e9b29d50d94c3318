import pytest

from quizzes.domain.proving import prove_now
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_sound_question_is_proved() -> None:
    version = factories.make_small_draft(factories.make_course())
    assert prove_now(version).state == "held"
