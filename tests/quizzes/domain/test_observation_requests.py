import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError

from quizzes.domain import observation_requests
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.observation_requests import (
    Look,
    request_for_proof,
    request_observations,
)
from quizzes.enums import JobState, LiveQueue, ObservationState
from quizzes.models import GradingJob, Observation, ScenarioVersion
from tests import factories, observing
from tests.desks import Desk, executed_desk, written_desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgets() -> None:
    observing.forget()


def _look(desk: Desk) -> Look:
    variant = desk.variant
    assert variant.scenario_version_id is not None
    return Look(variant.scenario_version_id, variant.params, variant.params_digest)


def test_nothing_is_queued_where_nobody_observes() -> None:
    desk = executed_desk()
    assert request_observations([_look(desk)]) == []
    assert request_observations([]) == []
    observing.start_worker(queues=())
    assert request_observations([_look(desk)]) == []


def test_an_observation_is_queued_with_its_bell(
    bells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    desk = executed_desk()
    observing.start_worker()
    with django_capture_on_commit_callbacks(execute=True):
        (queued,) = request_observations([_look(desk), _look(desk)])
    assert (queued.lane, queued.state) == (LiveQueue.PROGRAMS, ObservationState.QUEUED)
    assert queued.params == desk.variant.params
    assert queued.params_digest == desk.variant.params_digest
    assert bells == ["live-exec"]
    assert str(queued) == f"observation {queued.pk}: queued"


@pytest.mark.parametrize("state", ["queued", "running", "observed", "dead"])
def test_a_variant_that_was_looked_at_is_not_queued_again(state: str) -> None:
    desk = executed_desk()
    observing.start_worker()
    request_observations([_look(desk)])
    now = database_now()
    Observation.objects.update(state=state, lease_until=now, finished_at=now)
    assert request_observations([_look(desk)]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"finished_at": timedelta(hours=25)},
        {"scenario_digest": "of another text"},
        {"state": ObservationState.UNTAKEN},
    ],
    ids=["old", "edited", "untaken"],
)
def test_a_look_that_no_longer_counts_is_taken_again(change: dict[str, Any]) -> None:
    desk = executed_desk()
    observing.start_worker()
    (first,) = request_observations([_look(desk)])
    ago = change.get("finished_at", timedelta(0))
    ended = {"state": ObservationState.OBSERVED, "finished_at": database_now() - ago}
    changes = {name: value for name, value in change.items() if name != "finished_at"}
    Observation.objects.update(**{**ended, **changes})
    (second,) = request_observations([_look(desk)])
    assert second.pk != first.pk


def test_two_processes_queue_one(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = executed_desk()
    observing.start_worker()
    request_observations([_look(desk)])
    monkeypatch.setattr(observation_requests, "_has_fresh", lambda *_: False)
    assert request_observations([_look(desk)]) == []
    assert Observation.objects.count() == 1


def test_containers_want_a_worker_that_can_and_take_another_if_need_be() -> None:
    factories.make_scenario("windows-program-on-linux")
    version = ScenarioVersion.objects.get()
    params = {"arch": "x86_64", "kernel": "5.15", "ram_mib": 8192}
    looks = [Look(version.pk, params, "one"), Look(version.pk, params, "two")]
    observing.start_worker()
    (first,) = request_observations(looks[:1])
    observing.start_worker(queues=(LiveQueue.PROGRAMS,))
    (second,) = request_observations(looks[1:])
    assert (first.lane, second.lane) == (LiveQueue.CONTAINERS, LiveQueue.PROGRAMS)


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
        observation_requests.request_alongside([job])


def test_grading_looks_for_a_worker_every_few_seconds_only(
    django_assert_num_queries: Any,
) -> None:
    desk = executed_desk(tries_per_question=3)
    desk.graded("b")
    job = _claimed(desk)
    with django_assert_num_queries(0):
        observation_requests.request_alongside([job])
    observation_requests._nobody["until"] = 0.0
    with django_assert_num_queries(1):
        observation_requests.request_alongside([job])


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
    monkeypatch.setattr(observation_requests, "request_observations", fail)
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
    monkeypatch.setattr(observation_requests, "REMEMBERED", 1)
    observation_requests._asked.update({(1, "a"): 0.0, (2, "b"): 0.0})
    desk.graded("b")
    variant = desk.variant
    assert set(observation_requests._asked) == {
        (variant.scenario_version_id, variant.params_digest)
    }


def test_an_author_asks_for_the_first_variants_of_a_proof() -> None:
    desk = executed_desk()
    observing.start_worker()
    proof = desk.version.proof
    assert proof is not None
    queued = request_for_proof(proof, user=desk.instructor)
    assert [row.params for row in queued] == [row["params"] for row in proof.matrix]
    assert request_for_proof(proof, user=desk.instructor) == []


def test_an_observation_for_an_author_serves_the_learner_too() -> None:
    desk = executed_desk()
    observing.start_worker()
    proof = desk.version.proof
    assert proof is not None
    request_for_proof(proof, user=desk.instructor)
    before = Observation.objects.count()
    desk.graded("b")
    assert Observation.objects.count() == before


def test_only_authors_ask_and_only_where_somebody_can_look() -> None:
    desk = executed_desk()
    proof = desk.version.proof
    assert proof is not None
    with pytest.raises(NotAllowedError, match="Only instructors"):
        request_for_proof(proof, user=desk.learner)
    with pytest.raises(ConflictError, match="start one for the live queues"):
        request_for_proof(proof, user=desk.instructor)
    proof.scenario_digest = "of another text"
    with pytest.raises(ConflictError, match="was edited since"):
        request_for_proof(proof, user=desk.instructor)


def _claimed(desk: Desk) -> Any:
    """A job of the desk's variant, as a worker that has claimed it holds it."""
    variant = desk.variant
    return SimpleNamespace(
        scenario_version_id=variant.scenario_version_id,
        params=variant.params,
        params_digest=variant.params_digest,
    )
