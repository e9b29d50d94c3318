from types import SimpleNamespace
from typing import Any

import pytest
from celery.app.amqp import Queues
from django.db import OperationalError

from quizzes.enums import LiveQueue
from quizzes.execution import live
from quizzes.models import LiveWorker
from tests import observing
from trapframe import celery, live_reports

NAMES = ["live-exec", "live-containers"]


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lets programs run, but no containers."""
    report = observing.report(containers="user namespaces are switched off")
    monkeypatch.setattr(live, "capabilities", lambda: report)
    monkeypatch.setattr(live, "allowed_queues", lambda: [LiveQueue.PROGRAMS])
    monkeypatch.setattr(live, "clean_up", lambda: 0)
    monkeypatch.setattr(live_reports, "_kept", {})
    # The test's transaction lives in the connection.
    monkeypatch.setattr(live_reports, "connections", SimpleNamespace(close_all=int))


def consuming(*names: str) -> Any:
    queues: Any = Queues([])
    queues.select(names)
    return queues


class Timer:
    def __init__(self) -> None:
        self.calls: list[Any] = []

    def call_repeatedly(self, *call: Any) -> None:
        self.calls.append(call)


def test_queues_that_the_machine_cannot_serve_are_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queues = consuming(*NAMES)
    own = SimpleNamespace(amqp=SimpleNamespace(queues=queues))
    monkeypatch.setattr(celery, "app", own)
    celery.keep_allowed_queues("live@box", instance=SimpleNamespace(app=own))
    assert list(queues.consume_from) == ["live-exec"]
    assert caplog.messages == ["live@box: this machine cannot serve live-containers"]


def test_workers_of_other_applications_are_left_alone(db: None) -> None:
    queues, timer = consuming(*NAMES), Timer()
    other = SimpleNamespace(amqp=SimpleNamespace(queues=queues))
    celery.keep_allowed_queues("live@box", instance=SimpleNamespace(app=other))
    live_reports.keep_allowed_queues(consuming(*NAMES), worker="live@box")
    sender = SimpleNamespace(app=other, timer=timer, hostname="live@box")
    celery.report_while_running(sender)
    assert list(queues.consume_from) == NAMES
    assert timer.calls == []


def test_a_worker_of_other_queues_is_not_asked(db: None) -> None:
    queues = consuming("interactive")
    live_reports.keep_allowed_queues(queues, worker="interactive@box")
    assert list(queues.consume_from) == ["interactive"]
    timer = Timer()
    live_reports.report_repeatedly(timer, worker="interactive@box")
    assert timer.calls == []
    assert LiveWorker.objects.count() == 0


def test_it_reports_at_the_start_and_then_regularly(db: None) -> None:
    live_reports.keep_allowed_queues(consuming(*NAMES), worker="live@box")
    timer = Timer()
    sender = SimpleNamespace(app=celery.app, timer=timer, hostname="live@box")
    celery.report_while_running(sender)
    worker = LiveWorker.objects.get()
    assert (worker.worker, worker.queues) == ("live@box", ["live-exec"])
    assert worker.report == live.capabilities()
    assert timer.calls == [(10.0, live_reports.report, ("live@box",))]


def test_a_database_that_is_away_is_told_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("the server is gone")

    live_reports.keep_allowed_queues(consuming("live-exec"), worker="live@box")
    monkeypatch.setattr(live_reports, "report_live_worker", away)
    live_reports.report("live@box")
    assert caplog.messages == ["live@box could not report: the server is gone"]
