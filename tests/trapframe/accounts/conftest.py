from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """Failures counted by one test are no business of the next."""
    cache.clear()
    yield
    cache.clear()
