"""Telling the browsers: one NOTIFY with ids only; readers read the state again."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

CHANNEL = "trapframe"
# NOTIFY takes less than 8,000 bytes: this many UUIDs stay well below.
IDS_PER_MESSAGE = 150


def notify(kind: str, ids: Iterable[Any]) -> None:
    """Announce that the things of this kind changed, when the transaction commits."""
    texts = [str(item) for item in ids]
    with connection.cursor() as cursor:
        for start in range(0, len(texts), IDS_PER_MESSAGE):
            payload = json.dumps(
                {"kind": kind, "ids": texts[start : start + IDS_PER_MESSAGE]}
            )
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
