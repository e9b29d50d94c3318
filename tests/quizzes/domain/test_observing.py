import json
import logging
import zlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.observations_taken_back import (
    GIVE_UP_SECONDS,
    give_up_untaken,
    take_back_observations,
)
from quizzes.domain.observing import drain_observations
from quizzes.domain.sweeping import SweepReport, sweep
from quizzes.enums import LiveQueue, ObservationState
from quizzes.models import Observation, Verdict
from tests import observing
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued() -> Observation:
    """The observation of a variant whose answer has just been graded."""
    observing.start_worker()
    executed_desk().graded("b")
    return observing.only_observation()


def _age(seconds: float, **fields: Any) -> None:
    then = database_now() - timedelta(seconds=seconds)
    Observation.objects.update(queued_at=then, available_at=then, **fields)


def _expire() -> None:
    Observation.objects.filter(state="running").update(
        lease_until=database_now() - timedelta(seconds=1)
    )


class Dies:
    """An observer during whose work something happens; by default, it dies."""

    def __init__(self, happens: Any = None) -> None:
        self.happens = happens

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.happens is None:
            raise MemoryError
        self.happens()
        return observing.FakeKernel()(*args, **kwargs)


def test_what_was_seen_is_stored_beside_the_verdict(queued: Observation) -> None:
    before = Verdict.objects.values().get()
    kernel = observing.FakeKernel(untold={"it_runs": "not seen here"})
    observing.observe_all(kernel)
    queued.refresh_from_db()
    assert (queued.state, queued.worker) == (ObservationState.OBSERVED, "box:7")
    assert (queued.kernel, queued.failures) == (observing.KERNEL, 0)
    assert queued.lease_until is None
    assert queued.finished_at is not None
    assert queued.claims["no_loader"] == {"model": True, "live": True, "reason": ""}
    assert queued.claims["it_runs"] == {
        "model": False,
        "live": None,
        "reason": "not seen here",
    }
    document = json.loads(zlib.decompress(queued.document))
    assert set(document["runs"]) == {"as_it_is", "with_loader"}
    (execution,) = kernel.executions
    assert execution.params == queued.params
    assert Verdict.objects.values().get() == before


def test_guests_have_more_time(queued: Observation, settings: Any) -> None:
    settings.LIVE_SECONDS, settings.LIVE_GUEST_SECONDS = 5, 40
    Observation.objects.update(lane=LiveQueue.GUESTS)
    given: list[float] = []

    def observe(*args: Any, seconds: float, **kwargs: Any) -> Any:
        given.append(seconds)
        lease = Observation.objects.values_list("lease_until", flat=True).get()
        given.append((lease - database_now()).total_seconds())
        return observing.FakeKernel()(*args, seconds=seconds, **kwargs)

    drain_observations(LiveQueue.GUESTS, worker="box:7", observe=observe)
    queued.refresh_from_db()
    assert queued.state == ObservationState.OBSERVED
    seconds, lease = given
    assert (seconds, 40 < lease <= 50) == (40, True)


def test_what_is_seen_replaces_what_was_seen_of_this_variant(
    queued: Observation,
) -> None:
    observing.observe_all()
    another = observing.make_observation(queued.scenario_version)
    again = Observation.objects.get(pk=queued.pk)
    again.pk, again.uuid, again.state = None, uuid4(), ObservationState.QUEUED
    again.save()
    observing.observe_all()
    assert list(Observation.objects.values_list("pk", "state")) == [
        (another.pk, ObservationState.OBSERVED),
        (again.pk, ObservationState.OBSERVED),
    ]


def test_a_drain_ends_with_its_queue_or_its_time(queued: Observation) -> None:
    kernel = observing.FakeKernel()
    other = LiveQueue.CONTAINERS
    assert drain_observations(other, worker="w:1", observe=kernel) is True
    lane = LiveQueue.PROGRAMS
    assert drain_observations(lane, worker="w:1", observe=kernel, seconds=0) is False
    assert kernel.executions == []
    assert drain_observations(lane, worker="w:1", observe=kernel) is True
    assert len(kernel.executions) == 1
    assert drain_observations(lane, worker="w:1", observe=kernel) is True
    assert len(kernel.executions) == 1


def test_a_failed_look_is_tried_again_and_dead_after_the_third(
    queued: Observation, caplog: pytest.LogCaptureFixture
) -> None:
    states = []
    with caplog.at_level(logging.CRITICAL, logger="quizzes.domain.observing"):
        for _ in range(3):
            drain_observations(LiveQueue.PROGRAMS, worker="w:1", observe=Dies())
            queued.refresh_from_db()
            states.append((queued.state, queued.failures, queued.last_error))
            Observation.objects.update(available_at=database_now())
    assert states == [
        ("queued", 1, "MemoryError()"),
        ("queued", 2, "MemoryError()"),
        ("dead", 3, "MemoryError()"),
    ]
    assert queued.finished_at is not None


def test_what_a_dead_worker_held_is_taken_back(queued: Observation) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    with pytest.raises(Killed):
        drain_observations(LiveQueue.PROGRAMS, worker="w:1", observe=Dies(kill))
    assert sweep() == SweepReport(acted=True)
    _expire()
    assert sweep() == SweepReport(acted=True, observations_taken_back=1)
    queued.refresh_from_db()
    assert (queued.state, queued.failures) == ("queued", 1)
    assert queued.last_error == "its worker went away"
    Observation.objects.update(available_at=database_now())
    observing.observe_all()
    queued.refresh_from_db()
    assert queued.state == ObservationState.OBSERVED


def test_a_late_result_changes_nothing(queued: Observation) -> None:
    def meanwhile() -> None:
        _expire()
        assert take_back_observations() == 1

    drain_observations(LiveQueue.PROGRAMS, worker="w:1", observe=Dies(meanwhile))
    queued.refresh_from_db()
    assert (queued.state, queued.claims) == ("queued", {})


def test_the_sweeper_rings_for_what_waits(
    queued: Observation, bells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    _age(10)
    with django_capture_on_commit_callbacks(execute=True):
        report = sweep()
    assert report == SweepReport(acted=True, rung=("live-exec",))
    assert bells[-1:] == ["live-exec"]


def test_what_nobody_can_take_is_given_up(queued: Observation) -> None:
    _age(GIVE_UP_SECONDS + 5)
    assert give_up_untaken() == 0
    observing.start_worker(silent_seconds=GIVE_UP_SECONDS + 5)
    assert sweep() == SweepReport(acted=True, observations_given_up=1)
    queued.refresh_from_db()
    assert (queued.state, queued.last_error) == (
        ObservationState.UNTAKEN,
        "no worker was there to take it",
    )


def test_what_has_just_been_queued_waits_for_a_worker(queued: Observation) -> None:
    observing.start_worker(silent_seconds=GIVE_UP_SECONDS + 5)
    assert give_up_untaken() == 0
