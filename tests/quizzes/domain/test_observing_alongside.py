import logging
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError

from quizzes.domain import observing_alongside
from quizzes.enums import JobState
from quizzes.models import GradingJob, Observation
from tests import factories, observing
from tests.desks import Desk, executed_desk, written_desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgets() -> None:
    observing.forget()


def test_grading_asks_alongside() -> None:
    desk = executed_desk()
    observing.start_worker()
    desk.graded("b")
    found = observing.only_observation()
    assert found.params_digest == desk.variant.params_digest
    assert GradingJob.objects.get().state == JobState.GRADED


def test_grading_asks_once_for_a_variant(
    django_assert_num_queries: Any,
) -> None:
    desk = executed_desk(tries_per_question=3)
    observing.start_worker()
    desk.graded("b")
    Observation.objects.all().delete()
    desk.graded("c")
    assert Observation.objects.count() == 0
    job = _claimed(desk)
    with django_assert_num_queries(0):
        observing_alongside.request_alongside([job])


def test_grading_looks_for_a_worker_every_few_seconds_only(
    django_assert_num_queries: Any,
) -> None:
    desk = executed_desk(tries_per_question=3)
    desk.graded("b")
    job = _claimed(desk)
    with django_assert_num_queries(0):
        observing_alongside.request_alongside([job])
    observing_alongside._nobody["until"] = 0.0
    with django_assert_num_queries(1):
        observing_alongside.request_alongside([job])


def test_an_answer_without_a_scenario_asks_for_nothing() -> None:
    observing.start_worker()
    written_desk().submit(text="Since the kernel runs.")
    factories.drain()
    assert Observation.objects.count() == 0


def test_grading_goes_on_when_asking_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise DatabaseError("no such table")

    desk = executed_desk()
    observing.start_worker()
    monkeypatch.setattr(observing_alongside, "request_observations", fail)
    with caplog.at_level(logging.ERROR):
        desk.graded("b")
    assert GradingJob.objects.get().state == JobState.GRADED
    assert [record.message for record in caplog.records] == [
        "no observation could be asked for"
    ]


def test_the_memory_of_what_was_asked_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = executed_desk()
    observing.start_worker()
    monkeypatch.setattr(observing_alongside, "REMEMBERED", 1)
    observing_alongside._asked.update({(1, "a"): 0.0, (2, "b"): 0.0})
    desk.graded("b")
    variant = desk.variant
    assert set(observing_alongside._asked) == {
        (variant.scenario_version_id, variant.params_digest)
    }


def _claimed(desk: Desk) -> Any:
    """A job of the desk's variant, as a worker that has claimed it holds it."""
    variant = desk.variant
    return SimpleNamespace(
        scenario_version_id=variant.scenario_version_id,
        params=variant.params,
        params_digest=variant.params_digest,
    )
