from datetime import timedelta
from typing import Any

import pytest

from quizzes.domain import observation_requests
from quizzes.domain.clock import database_now
from quizzes.domain.observation_requests import (
    Look,
    request_observations,
)
from quizzes.enums import LiveQueue, ObservationState
from quizzes.models import Observation, ScenarioVersion
from tests import factories, observing
from tests.desks import Desk, executed_desk

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
