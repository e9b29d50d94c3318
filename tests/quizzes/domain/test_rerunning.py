import pytest

from quizzes.domain.rerunning import rerun_verdict
from quizzes.models import Verdict
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db


def test_a_verdict_comes_out_identical() -> None:
    executed_desk().graded("a")
    assert rerun_verdict(Verdict.objects.get()).identical is True
