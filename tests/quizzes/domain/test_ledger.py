import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from quizzes.domain.ledger import hold_ledger, safe_horizon
from quizzes.domain.queries.gradebook import grades_since
from quizzes.models import Course, GradeEvent, InstanceQuestion
from tests.desks import written_desk
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def _append(question: InstanceQuestion, wait: Callable[[], Any] = lambda: None) -> int:
    """Draw an id and commit it after a while."""
    with transaction.atomic():
        hold_ledger()
        event = GradeEvent.objects.create(
            instance_question=question, source="auto", fraction=0
        )
        wait()
    return event.pk


def test_an_empty_ledger_has_no_horizon() -> None:
    assert safe_horizon() == 0


def test_the_horizon_is_the_last_event() -> None:
    question = written_desk().question
    _append(question)
    last = _append(question)
    assert safe_horizon() == last


def test_a_reader_waits_for_the_writer_that_drew_its_id_first() -> None:
    """Without the wait it would see the second event and never the first."""
    question = written_desk().question
    drawn, second_done, asked = (threading.Event() for _ in range(3))

    def slow() -> int:
        def wait() -> None:
            drawn.set()
            second_done.wait(timeout=10)
            asked.wait(timeout=10)
            time.sleep(0.2)

        return _append(question, wait)

    def fast() -> int:
        drawn.wait(timeout=10)
        pk = _append(question)
        second_done.set()
        return pk

    def read() -> tuple[int, int]:
        second_done.wait(timeout=10)
        asked.set()
        horizon = safe_horizon()
        return horizon, GradeEvent.objects.filter(id__lte=horizon).count()

    first, second, (horizon, visible) = race([slow, fast, read])
    assert first < second == horizon
    assert visible == 2


def test_a_reader_of_pages_gets_every_event_once_in_order() -> None:
    question = written_desk().question
    user = question.instance.user
    courses = Course.objects.all()
    done = threading.Event()
    seen: list[int] = []

    def write() -> None:
        for number in range(30):
            _append(question, lambda: time.sleep(0.001 * (number % 3)))  # noqa: B023

    def read() -> None:
        cursor = 0
        while True:
            last_round = done.is_set()
            page = grades_since(cursor, users=[user], courses=courses, limit=7)
            seen.extend(event.pk for event in page.events)
            cursor = page.next_cursor
            if last_round and not page.has_more:
                return

    def writers() -> None:
        race([write] * 6)
        done.set()

    results = race([writers, read])
    assert results == [None, None]
    every = list(GradeEvent.objects.order_by("id").values_list("id", flat=True))
    assert seen == every
    assert len(seen) == 180


def test_writers_do_not_wait_for_each_other() -> None:
    question = written_desk().question
    together = threading.Barrier(2)
    first, second = race([lambda: _append(question, lambda: together.wait(10))] * 2)
    assert {type(first), type(second)} == {int}


def test_the_lock_ends_with_the_transaction() -> None:
    with transaction.atomic():
        hold_ledger()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            assert cursor.fetchone() == (1,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)
