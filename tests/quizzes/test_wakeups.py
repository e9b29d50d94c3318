import logging
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from quizzes import wakeups
from quizzes.tasks import drain_lane
from quizzes.wakeups import BREAKER_SECONDS, DRAIN_TASK, ring, ring_on_commit


class Broker:
    """Takes messages, or is away; time stands still unless it is moved."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, Any]] = []
        self.is_away = False
        self.attempts = 0
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def send_task(self, name: str, *, args: Any, queue: str, retry: bool) -> None:
        self.attempts += 1
        assert retry is False
        if self.is_away:
            raise OperationalError("connection refused")
        self.sent.append((name, args, queue))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(wakeups, "current_app", broker)
    monkeypatch.setattr(wakeups, "time", SimpleNamespace(monotonic=broker.monotonic))
    monkeypatch.setattr(wakeups, "_breaker", {"open_until": 0.0})
    return broker


def test_a_bell_names_a_lane_and_goes_to_its_queue(broker: Broker) -> None:
    assert ring("bulk") is True
    assert broker.sent == [(DRAIN_TASK, ["bulk"], "bulk")]
    assert drain_lane.name == DRAIN_TASK


def test_a_broker_that_is_away_is_asked_once_in_a_while(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    """Else each submission would wait for the broker's time-out."""
    broker.is_away = True
    with caplog.at_level(logging.WARNING, logger="quizzes.wakeups"):
        assert [ring("interactive") for _ in range(50)] == [False] * 50
    assert broker.attempts == 1
    assert "no bell for lane interactive: connection refused" in caplog.text
    broker.now += BREAKER_SECONDS - 0.01
    assert ring("interactive") is False
    assert broker.attempts == 1
    broker.now += 0.01
    broker.is_away = False
    assert ring("interactive") is True
    assert ring("bulk") is True
    assert broker.attempts == 3


@pytest.mark.django_db
def test_the_bell_rings_after_the_commit(
    broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit("bulk")
        assert broker.sent == []
    assert broker.sent == [(DRAIN_TASK, ["bulk"], "bulk")]


@pytest.mark.django_db(transaction=True)
def test_no_bell_for_what_was_rolled_back(broker: Broker) -> None:
    with transaction.atomic():
        ring_on_commit("bulk")
        transaction.set_rollback(True)
    assert broker.sent == []
    with transaction.atomic():
        ring_on_commit("interactive")
    assert [queue for _, _, queue in broker.sent] == ["interactive"]


@pytest.mark.django_db(transaction=True)
def test_a_failing_bell_fails_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(lane: str) -> bool:
        raise RuntimeError("a bug of the bell")

    monkeypatch.setattr(wakeups, "ring", fail)
    committed = []
    with transaction.atomic():
        ring_on_commit("bulk")
        transaction.on_commit(lambda: committed.append(True))
    assert committed == [True]


@pytest.mark.django_db
def test_the_real_broker_takes_the_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "_breaker", {"open_until": 0.0})
    lane = "a-lane-of-this-test"
    assert ring(lane) is True
    with current_app.connection_for_read() as connection:
        message = connection.default_channel.basic_get(lane, no_ack=True)
        assert message is not None
        assert message.headers["task"] == DRAIN_TASK
        assert message.decode()[0] == [lane]
        assert connection.default_channel.basic_get(lane, no_ack=True) is None
