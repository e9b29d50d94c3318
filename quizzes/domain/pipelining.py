"""Statements that go to the database together, in one journey."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_journey() -> Iterator[None]:
    """Send the statements of the block without waiting for each other's results.

    The server still takes them one after the other, each with a snapshot of its own.
    A result is there when it is fetched, so open a cursor for each that is needed.
    """
    connection.ensure_connection()
    with connection.connection.pipeline():
        yield
