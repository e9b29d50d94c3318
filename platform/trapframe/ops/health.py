"""What must be up for a submission to be stored and graded.

Answers tell what is wrong, never where: no host, no user, no text of an exception.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import psycopg
from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from quizzes.enums import Lane
from quizzes.models import WorkerHeartbeat

# Workers stamp when they finish something, and are asked to at least every 10 s.
HEARTBEAT_SECONDS = 30.0
_CONNECT_SECONDS = 2


@dataclass(frozen=True)
class Check:
    ok: bool
    detail: str
    milliseconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        return {"ok": self.ok, "detail": self.detail, "ms": self.milliseconds}


def run_checks() -> dict[str, Check]:
    """Each check by name, in order; after a failed one, those that need it say so."""
    checks = {"database": _timed(_database), "broker": _timed(_broker)}
    for name, check in (("migrations", _migrations), ("workers", _workers)):
        checks[name] = (
            _timed(check)
            if checks["database"].ok
            else Check(ok=False, detail="not checked: no database")
        )
    return checks


def _timed(check: Callable[[], Check]) -> Check:
    start = time.perf_counter()
    result = check()
    took = round((time.perf_counter() - start) * 1000, 1)
    return Check(result.ok, result.detail, took)


def _database() -> Check:
    # A connection of its own: the pool would make a probe wait for its whole time-out.
    parameters = connection.get_connection_params() | {
        "connect_timeout": _CONNECT_SECONDS
    }
    try:
        with psycopg.connect(**parameters) as probe:
            probe.execute("SELECT 1")
    except psycopg.Error:
        return Check(ok=False, detail="the database does not answer")
    return Check(ok=True, detail="answers")


def _broker() -> Check:
    # The transport's own time-outs are half a second in a web process (settings.py).
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except (OperationalError, OSError):
        return Check(ok=False, detail="the broker does not answer")
    return Check(ok=True, detail="answers")


def _migrations() -> Check:
    try:
        waiting = _waiting_migrations()
    except DatabaseError:
        return Check(ok=False, detail="the table of migrations cannot be read")
    if waiting:
        _waiting_migrations.cache_clear()
        return Check(ok=False, detail=f"{waiting} to apply: run manage.py migrate")
    return Check(ok=True, detail="all applied")


@cache
def _waiting_migrations() -> int:
    """Remembered once it is 0: applied migrations stay applied for this code."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _workers() -> Check:
    """Each lane has a worker that finished something a short while ago."""
    try:
        rows = WorkerHeartbeat.objects.values_list("lane").annotate(
            age=Now() - Max("seen_at")
        )
        ages = {lane: age.total_seconds() for lane, age in rows}
    except DatabaseError:
        return Check(ok=False, detail="the heartbeats cannot be read")
    states = [(lane, ages.get(lane)) for lane in Lane.values]
    detail = "; ".join(_lane_text(lane, age) for lane, age in states)
    alive = all(age is not None and age <= HEARTBEAT_SECONDS for _, age in states)
    return Check(ok=alive, detail=detail)


def _lane_text(lane: str, age: float | None) -> str:
    return f"{lane}: no worker yet" if age is None else f"{lane}: {age:.0f} s ago"
