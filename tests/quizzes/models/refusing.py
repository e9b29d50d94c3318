"""What the database itself refuses, asked in raw SQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction


def execute(sql: str, *values: Any) -> int:
    """Run one statement past the ORM; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@contextmanager
def refused(match: str) -> Iterator[None]:
    """The block is refused with these words, and leaves no trace."""
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        yield
