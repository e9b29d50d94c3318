import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from quizzes import wakeups
from quizzes.tasks import drain_lane
from quizzes.wakeups import (
    BREAKER_SECONDS,
    DRAIN_TASK,
    PAUSE_SECONDS,
    ring,
    ring_on_commit,
)


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
    monkeypatch.setattr(wakeups, "_last_bell", {})
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


class Timers:
    """Timers that end when they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting: list[tuple[float, Any]] = []
        monkeypatch.setattr("threading.Timer", self._timer)

    def _timer(self, seconds: float, call: Any) -> Any:
        start = lambda: self.waiting.append((seconds, call))  # noqa: E731
        return SimpleNamespace(daemon=False, start=start)


def _commit(lane: str) -> None:
    with transaction.atomic():
        ring_on_commit(lane)


@pytest.mark.django_db(transaction=True)
def test_many_commits_at_once_share_a_bell(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers = Timers(monkeypatch)
    for _ in range(5):
        _commit("interactive")
        broker.now += PAUSE_SECONDS / 10
    # The first rings at once; the others wait for one bell, a pause after the first.
    assert len(broker.sent) == 1
    [(seconds, bell)] = timers.waiting
    assert seconds == pytest.approx(PAUSE_SECONDS * 9 / 10)

    _commit("bulk")  # another lane has a bell of its own
    assert [queue for _, _, queue in broker.sent] == ["interactive", "bulk"]

    broker.now += PAUSE_SECONDS
    bell()
    assert len(broker.sent) == 3
    broker.now += PAUSE_SECONDS
    _commit("interactive")  # after a pause at once again
    assert len(broker.sent) == 4
    assert len(timers.waiting) == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_after_a_late_bell_has_one_of_its_own(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bell serves only what was committed before it rang."""
    timers = Timers(monkeypatch)
    _commit("interactive")
    _commit("interactive")
    [(_, bell)] = timers.waiting
    broker.now += PAUSE_SECONDS
    bell()
    _commit("interactive")
    assert len(timers.waiting) == 2


@pytest.mark.django_db(transaction=True)
def test_the_shared_bell_rings_by_itself(broker: Broker) -> None:
    _commit("interactive")
    _commit("interactive")
    deadline = time.monotonic() + 60
    while len(broker.sent) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(broker.sent) == 2


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
