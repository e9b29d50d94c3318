import pytest
from django.db import IntegrityError

from quizzes.models import Submission
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db


def test_a_submission_cannot_be_updated() -> None:
    executed_desk().submit("a")
    with pytest.raises(IntegrityError):
        Submission.objects.update(number=2)
