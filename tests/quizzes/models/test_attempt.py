import pytest
from django.db import IntegrityError

from quizzes.models import Variant
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db


def test_a_variant_keeps_its_seed() -> None:
    executed_desk()
    with pytest.raises(IntegrityError):
        Variant.objects.update(seed=77)
