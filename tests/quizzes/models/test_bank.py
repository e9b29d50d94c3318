import pytest
from django.db import IntegrityError

from quizzes.models import QuestionVersion
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_published_question_cannot_be_updated() -> None:
    version = factories.make_small(factories.make_course())
    with pytest.raises(IntegrityError):
        QuestionVersion.objects.filter(pk=version.pk).update(title="Another")
