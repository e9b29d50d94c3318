import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from quizzes.enums import Lane
from quizzes.models import WorkerHeartbeat
from trapframe.ops import health

NAMES = ["database", "broker", "migrations", "workers"]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    health._waiting_migrations.cache_clear()
    yield
    health._waiting_migrations.cache_clear()


@pytest.fixture
def workers(db: None) -> None:
    for lane in Lane.values:
        WorkerHeartbeat.objects.create(worker=lane, lane=lane, seen_at=timezone.now())


def _readyz(status: int) -> dict[str, Any]:
    response = Client().get("/readyz")
    assert response.status_code == status
    assert "no-store" in response["Cache-Control"]
    text = re.sub(r"\b\d s ago", "0 s ago", response.text)  # a slow machine
    body: dict[str, Any] = json.loads(re.sub(r"\b9\d s ago", "90 s ago", text))
    assert list(body["checks"]) == NAMES
    return body


def _failing(body: dict[str, Any]) -> dict[str, str]:
    checks = body["checks"].items()
    return {name: check["detail"] for name, check in checks if not check["ok"]}


def test_a_live_process_answers_without_any_service() -> None:
    response = Client().get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_only_reading_is_allowed(path: str) -> None:
    assert Client().post(path).status_code == 405


def test_ready_when_all_is_up(workers: None) -> None:
    body = _readyz(200)
    assert body["status"] == "ok"
    assert {name: check["detail"] for name, check in body["checks"].items()} == {
        "database": "answers",
        "broker": "answers",
        "migrations": "all applied",
        "workers": "interactive: 0 s ago; bulk: 0 s ago",
    }
    assert all(
        set(check) == {"ok", "detail", "ms"} for check in body["checks"].values()
    )


def test_it_is_answered_fast(workers: None) -> None:
    _readyz(200)
    checks = _readyz(200)["checks"]
    assert sum(check["ms"] for check in checks.values()) < 500


def test_a_lane_without_a_worker(workers: None) -> None:
    WorkerHeartbeat.objects.filter(lane=Lane.BULK).delete()
    body = _readyz(503)
    assert body["status"] == "not ready"
    assert _failing(body) == {"workers": "interactive: 0 s ago; bulk: no worker yet"}


def test_a_lane_whose_worker_fell_silent(workers: None) -> None:
    then = timezone.now() - timedelta(seconds=90)
    WorkerHeartbeat.objects.filter(lane=Lane.INTERACTIVE).update(seen_at=then)
    assert _failing(_readyz(503)) == {"workers": "interactive: 90 s ago; bulk: 0 s ago"}


def test_one_worker_of_a_lane_is_enough(workers: None) -> None:
    then = timezone.now() - timedelta(days=1)
    WorkerHeartbeat.objects.create(worker="old", lane=Lane.BULK, seen_at=then)
    assert _failing(_readyz(200)) == {}


def test_migrations_to_apply(workers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        health.MigrationExecutor, "migration_plan", lambda self, nodes: [1, 2]
    )
    lacking = {"migrations": "2 to apply: run manage.py migrate"}
    assert _failing(_readyz(503)) == lacking
    monkeypatch.undo()
    assert _failing(_readyz(200)) == {}


def test_applied_migrations_are_not_read_again(
    workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _readyz(200)
    monkeypatch.setattr(health, "MigrationExecutor", None)
    _readyz(200)


def test_a_broker_that_is_away(workers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        message = "Error 111 connecting to secret-host:6379"
        raise OperationalError(message)

    monkeypatch.setattr("kombu.Connection.ensure_connection", refuse)
    body = _readyz(503)
    assert _failing(body) == {"broker": "the broker does not answer"}
    assert "secret-host" not in str(body)


def test_a_database_that_is_away(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = {"host": "/nowhere", "user": "secret-user", "dbname": "x"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: parameters)
    body = _readyz(503)
    assert _failing(body) == {
        "database": "the database does not answer",
        "migrations": "not checked: no database",
        "workers": "not checked: no database",
    }
    assert "secret" not in str(body)


def test_tables_that_cannot_be_read(
    workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        message = "permission denied for table secret"
        raise DatabaseError(message)

    monkeypatch.setattr(health, "MigrationExecutor", refuse)
    monkeypatch.setattr(WorkerHeartbeat.objects, "values_list", refuse)
    body = _readyz(503)
    assert _failing(body) == {
        "migrations": "the table of migrations cannot be read",
        "workers": "the heartbeats cannot be read",
    }
    assert "secret" not in str(body)
