import pytest

from quizzes.domain.errors import ConflictError
from quizzes.domain.publishing import publish_question
from tests import factories

pytestmark = pytest.mark.django_db


def test_without_a_proof_nothing_is_published() -> None:
    version = factories.make_small_draft(factories.make_course())
    with pytest.raises(ConflictError):
        publish_question(version, user=None)
