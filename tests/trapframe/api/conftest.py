from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.personas import World, make_world


@pytest.fixture(autouse=True)
def _no_counted_requests() -> Iterator[None]:
    """Throttles count in the cache, which no transaction rolls back."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    return make_world()
