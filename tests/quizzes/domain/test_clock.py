from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from quizzes.domain.clock import database_now

pytestmark = pytest.mark.django_db


def test_it_is_the_database_clock_and_moves_inside_a_transaction() -> None:
    before = datetime.now(UTC)
    first = database_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01), now()")
        row = cursor.fetchone()
    second = database_now()
    assert second - first >= timedelta(seconds=0.01)
    # now() stands still in a transaction; a request that waited must not gain by it.
    assert row[1] < first
    assert abs(first - before) < timedelta(seconds=5)
    assert first.utcoffset() == timedelta(0)
