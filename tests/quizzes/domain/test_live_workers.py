import pytest

from quizzes.domain.live_workers import (
    FORGOTTEN_DAYS,
    SILENT_SECONDS,
    queues_at_work,
    report_live_worker,
    workers_at_work,
)
from quizzes.enums import LiveQueue
from quizzes.models import LiveWorker
from tests import observing

pytestmark = pytest.mark.django_db


def test_without_a_worker_no_queue_is_served() -> None:
    assert queues_at_work() == set()


def test_a_worker_serves_the_queues_that_it_reports() -> None:
    observing.start_worker(queues=(LiveQueue.PROGRAMS,))
    assert queues_at_work() == {LiveQueue.PROGRAMS}
    observing.start_worker("live@other")
    assert queues_at_work() == set(LiveQueue)


def test_a_silent_worker_serves_nothing() -> None:
    observing.start_worker(silent_seconds=SILENT_SECONDS + 1)
    assert queues_at_work() == set()
    assert list(workers_at_work()) == []


def test_a_later_report_replaces_the_earlier_one() -> None:
    before = observing.start_worker(silent_seconds=100)
    report = observing.report(containers="no user namespaces")
    report_live_worker("live@box", report, [LiveQueue.PROGRAMS])
    found = LiveWorker.objects.get()
    assert (found.pk, found.report) == (before.pk, report)
    assert found.queues == ["live-exec"]
    assert found.seen_at > before.seen_at
    assert str(found) == f"live@box at {found.seen_at}"


def test_workers_that_are_long_gone_are_forgotten() -> None:
    day = 24 * 3600
    observing.start_worker("live@old", silent_seconds=FORGOTTEN_DAYS * day + 1)
    kept = observing.start_worker("live@late", silent_seconds=day)
    assert list(LiveWorker.objects.all()) == [kept]
