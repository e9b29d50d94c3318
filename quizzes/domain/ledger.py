"""The ledger's order: nobody reads past an event that is still being written.

An event's id is drawn before its transaction commits, so a reader could see event 6
and, later, event 5. Writers therefore hold a shared lock while they append, and a
reader that needs a safe horizon waits for them for a moment.
"""

from django.db import connection, transaction

from quizzes.models import GradeEvent

# Any number that no other advisory lock of this database uses.
LEDGER_LOCK = 7_238_001
# The statement that a writer's transaction executes before it appends events.
LOCK_SHARED_SQL = f"SELECT pg_advisory_xact_lock_shared({LEDGER_LOCK})"


def hold_ledger() -> None:
    """Take the writers' lock until the current transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SHARED_SQL)


def safe_horizon() -> int:
    """The id up to which every event that will ever exist is visible now; 0 if none.

    Waits for the writers of this moment: milliseconds, as batches are short.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEDGER_LOCK])
        last = GradeEvent.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0
