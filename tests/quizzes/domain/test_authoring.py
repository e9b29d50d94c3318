import pytest

from quizzes.domain.authoring import check_scenario_source
from tests import factories


@pytest.mark.django_db
def test_a_sound_scenario_has_no_problems() -> None:
    assert check_scenario_source(factories.SMALL_SCENARIO.format(key="s")) == []
