import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from quizzes.domain.notifying import CHANNEL, IDS_PER_MESSAGE, notify

pytestmark = pytest.mark.django_db(transaction=True)


def _payloads(stop_after: int) -> list[dict[str, Any]]:
    assert connection.connection is not None
    found = connection.connection.notifies(timeout=30, stop_after=stop_after)
    return [json.loads(item.payload) for item in found]


@pytest.fixture(autouse=True)
def _listening() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")


def test_ids_arrive_when_the_transaction_commits() -> None:
    with transaction.atomic():
        notify("job", [UUID(int=1), "two"])
        assert connection.connection is not None
        assert list(connection.connection.notifies(timeout=0)) == []
    assert _payloads(1) == [
        {"kind": "job", "ids": ["00000000-0000-0000-0000-000000000001", "two"]}
    ]


def test_nothing_arrives_of_a_transaction_that_failed() -> None:
    with transaction.atomic():
        notify("job", ["lost"])
        transaction.set_rollback(True)
    notify("job", ["kept"])
    assert _payloads(1) == [{"kind": "job", "ids": ["kept"]}]


def test_no_ids_are_no_message() -> None:
    notify("job", [])
    notify("proof", iter(["one"]))
    assert _payloads(1) == [{"kind": "proof", "ids": ["one"]}]


def test_many_ids_are_split_below_the_size_of_a_message() -> None:
    ids = [str(UUID(int=number)) for number in range(2 * IDS_PER_MESSAGE + 1)]
    notify("job", ids)
    payloads = _payloads(3)
    assert [len(payload["ids"]) for payload in payloads] == [
        IDS_PER_MESSAGE,
        IDS_PER_MESSAGE,
        1,
    ]
    assert [text for payload in payloads for text in payload["ids"]] == ids
