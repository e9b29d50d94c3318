import os
from typing import Any

import pytest
from django.db import OperationalError, connection

from quizzes import tasks
from quizzes.domain.grading import Drained
from quizzes.domain.proving import request_proof
from quizzes.enums import JobState, LiveQueue, ProofState
from quizzes.execution import live
from quizzes.models import GradeEvent, GradingJob, Proof, WorkerHeartbeat
from tests import factories, observing
from tests.desks import executed_desk
from tests.racing import in_thread

# The task looks after its connection, which a test's transaction would hold open.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(tasks, "ring", rung.append)
    return rung


def test_a_bell_grades_what_waits(bells: list[str]) -> None:
    desk = executed_desk()
    desk.submit("a")
    tasks.drain_lane("interactive")
    assert GradingJob.objects.get().state == JobState.GRADED
    beat = WorkerHeartbeat.objects.get()
    assert beat.worker.endswith(f":{os.getpid()}")
    assert GradingJob.objects.get().worker == beat.worker
    assert bells == []


def test_each_bell_twice_is_the_same_as_once(bells: list[str]) -> None:
    desk = executed_desk()
    desk.submit("a")
    request_proof(factories.make_small_draft(desk.course), user=None)
    for lane in ("interactive", "bulk", "interactive", "bulk"):
        tasks.drain_lane(lane)
    assert GradeEvent.objects.count() == 1
    proofs = Proof.objects.order_by("id").values_list("state", "token")
    assert list(proofs) == [(ProofState.HELD, 1), (ProofState.HELD, 1)]
    assert bells == []


def test_the_bulk_lane_proves() -> None:
    request_proof(factories.make_small_draft(factories.make_course()), user=None)
    tasks.drain_lane("interactive")
    assert Proof.objects.get().state == ProofState.QUEUED
    tasks.drain_lane("bulk")
    assert Proof.objects.get().state == ProofState.HELD


def test_a_slice_that_was_too_short_rings_again(
    monkeypatch: pytest.MonkeyPatch, bells: list[str]
) -> None:
    slices: list[Any] = []

    def drain(lane: str, *, worker: str, seconds: float) -> Drained:
        slices.append((lane, seconds))
        return Drained(taken=20, is_empty=False)

    monkeypatch.setattr(tasks, "drain", drain)
    tasks.drain_lane("bulk")
    assert slices == [("bulk", tasks.SLICE_SECONDS)]
    assert set(bells) == {"bulk"}


def test_a_connection_that_only_looks_alive_is_replaced_when_it_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    def drain(*_: Any, **__: Any) -> Drained:
        order.append("drain")
        if len(order) == 1:
            raise OperationalError("the connection is closed")
        return Drained(taken=0, is_empty=True)

    monkeypatch.setattr(tasks, "close_old_connections", lambda: order.append("close"))
    monkeypatch.setattr(tasks, "drain", drain)
    tasks.drain_lane("interactive")
    assert order == ["drain", "close", "drain"]


def _terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_restarted_database_costs_no_task() -> None:
    """The connection of a worker is dead, and nobody has noticed yet."""
    desk = executed_desk()
    desk.submit("a")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    in_thread(lambda: _terminate(pid))
    tasks.drain_lane("interactive")
    assert GradingJob.objects.get().state == JobState.GRADED


def test_a_live_bell_observes(
    monkeypatch: pytest.MonkeyPatch, bells: list[str]
) -> None:
    observing.start_worker()
    executed_desk().graded("b")
    cleaned: list[int] = []
    monkeypatch.setattr(live, "allowed_queues", lambda: list(LiveQueue))
    monkeypatch.setattr(live, "clean_up", lambda: cleaned.append(1))
    monkeypatch.setattr(live, "observe", observing.FakeKernel())
    tasks.drain_lane("live-exec")
    found = observing.only_observation()
    assert (found.state, found.kernel) == ("observed", observing.KERNEL)
    assert found.worker.endswith(f":{os.getpid()}")
    assert (bells, cleaned) == ([], [1])


def test_a_stray_live_bell_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    observing.start_worker()
    executed_desk().graded("b")
    monkeypatch.setattr(live, "allowed_queues", lambda: [LiveQueue.CONTAINERS])
    tasks.drain_lane("live-exec")
    assert observing.only_observation().state == "queued"


def test_a_live_slice_that_was_too_short_rings_again(
    monkeypatch: pytest.MonkeyPatch, bells: list[str]
) -> None:
    monkeypatch.setattr(live, "allowed_queues", lambda: list(LiveQueue))
    monkeypatch.setattr(live, "clean_up", lambda: 0)
    monkeypatch.setattr(tasks, "drain_observations", lambda *_, **__: False)
    tasks.drain_lane("live-exec")
    assert bells == ["live-exec", "live-exec"]
