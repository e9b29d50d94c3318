"""Time comes from the database: no worker's or web host's clock decides."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The database's clock at this moment, even inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment
