import pytest

from tests.instructors import People, make_people


@pytest.fixture
def people(db: None) -> People:
    return make_people()
