"""Workers that can observe: what they report, and which queues have one at work."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from quizzes.enums import LiveQueue
from quizzes.models import LiveWorker

# A worker reports this often; one that has been silent for longer takes nothing.
REPORT_SECONDS = 10.0
SILENT_SECONDS = 35.0
FORGOTTEN_DAYS = 30

_OF_WORKER = """
INSERT INTO quizzes_liveworker (worker, report, queues, seen_at)
VALUES (%s, %s::jsonb, %s::jsonb, clock_timestamp())
ON CONFLICT (worker) DO UPDATE SET report = EXCLUDED.report,
    queues = EXCLUDED.queues, seen_at = EXCLUDED.seen_at
"""


def report_live_worker(
    worker: str, report: Mapping[str, Any], queues: Sequence[LiveQueue]
) -> None:
    """Store what a worker's kernel lets it do, and the queues that it takes from.

    ``report`` is ``simulator.live.capabilities.Report`` as JSON. Repeatable: the row
    of this worker is written anew, and says when that was. Those of workers that have
    been silent for ``FORGOTTEN_DAYS`` are removed.
    """
    names = [queue.value for queue in queues]
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_WORKER, [worker, json.dumps(dict(report)), json.dumps(names)]
        )
    forgotten = Now() - timedelta(days=FORGOTTEN_DAYS)
    LiveWorker.objects.filter(seen_at__lt=forgotten).delete()


def workers_at_work() -> QuerySet[LiveWorker]:
    """The workers that have reported lately."""
    recent = Now() - timedelta(seconds=SILENT_SECONDS)
    return LiveWorker.objects.filter(seen_at__gt=recent)


def queues_at_work() -> set[LiveQueue]:
    """The live queues that a worker has lately reported to take from."""
    recent = Now() - timedelta(seconds=SILENT_SECONDS)
    rows = LiveWorker.objects.filter(seen_at__gt=recent)
    found = {
        name for queues in rows.values_list("queues", flat=True) for name in queues
    }
    return {queue for queue in LiveQueue if queue.value in found}
