import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

import simulator
from quizzes.domain import proving
from quizzes.domain.authoring import save_question
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.proving import (
    LEASE_SECONDS,
    cancel_proof,
    drain_proofs,
    is_current,
    prove_now,
    request_proof,
    run_proof,
    take_back_proofs,
)
from quizzes.enums import Lane, ProofState
from quizzes.models import Course, Proof, QuestionVersion
from tests import factories
from tests.racing import race

pytestmark = pytest.mark.django_db

TWO_HOLD = factories.SINGLE_CHOICE.replace("claim: it_runs", "claim: next_thing")


def _draft(course: Course | None = None, *, text: str = "") -> QuestionVersion:
    return factories.make_small_draft(
        course or factories.make_course(), text=text or factories.SINGLE_CHOICE
    )


def _claimed(version: QuestionVersion, worker: str = "w1") -> Proof:
    """A requested proof in a worker's hands."""
    request_proof(version, user=None)
    proof = proving._claim("bulk", worker)
    assert proof is not None
    return proof


def _scenario_of(version: QuestionVersion) -> Any:
    assert version.scenario_version is not None
    return version.scenario_version


def _edit_question(version: QuestionVersion) -> QuestionVersion:
    source = version.source.replace("What happens?", "What then?")
    return save_question(version.question.course, source=source, author=None)


def _edit_scenario(version: QuestionVersion) -> None:
    key = _scenario_of(version).scenario.key
    factories.make_small_scenario(key, title="Another title")


# --- asking


def test_a_proof_is_queued_on_the_bulk_lane(
    bells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    version = _draft()
    author = factories.make_instructor(version.question.course)
    with django_capture_on_commit_callbacks(execute=True):
        proof = request_proof(version, user=author)
    assert bells == ["bulk"]
    assert proof == Proof.objects.get()
    assert (proof.lane, proof.state) == (Lane.BULK, ProofState.QUEUED)
    scenario = _scenario_of(version)
    assert (proof.question_version, proof.scenario_version) == (version, scenario)
    assert (proof.question_digest, proof.scenario_digest) == (
        version.digest,
        scenario.digest,
    )
    assert proof.simulator_version == simulator.SIMULATOR_VERSION
    assert (proof.requested_by, proof.done, proof.total) == (author, 0, 0)


def test_a_proof_under_way_is_not_asked_for_twice() -> None:
    version = _draft()
    first = request_proof(version, user=None)
    assert request_proof(version, user=None) == first
    proving._claim("bulk", "w")
    assert request_proof(version, user=None) == first
    drain_proofs("bulk", worker="w")
    Proof.objects.update(state="held")
    assert request_proof(version, user=None) != first


@pytest.mark.parametrize("edit", [_edit_question, _edit_scenario])
def test_an_edited_text_is_asked_for_anew(edit: Any) -> None:
    version = _draft()
    first = request_proof(version, user=None)
    edit(version)
    second = request_proof(version, user=None)
    assert second != first
    version.refresh_from_db()
    assert second.question_digest == version.digest
    assert second.scenario_digest == _scenario_of(version).digest


@pytest.mark.parametrize("teaches", [False, True])
def test_only_instructors_of_the_course_prove(teaches: bool) -> None:
    version = _draft()
    user = factories.make_user()
    if teaches:
        user = factories.make_instructor(factories.make_course())
    with pytest.raises(NotAllowedError) as refusal:
        request_proof(version, user=user)
    assert (refusal.value.code, refusal.value.status_hint) == ("not_an_author", 403)
    assert Proof.objects.count() == 0


def test_a_question_without_a_run_has_nothing_to_prove() -> None:
    version = factories.make_free_response(factories.make_course())
    with pytest.raises(ConflictError) as refusal:
        request_proof(version, user=None)
    assert (refusal.value.code, refusal.value.status_hint) == ("nothing_to_prove", 409)


# --- running


def test_a_true_question_is_proved_over_every_variant() -> None:
    version = _draft()
    request_proof(version, user=None)
    assert drain_proofs("bulk", worker="host:7") == 1
    proof = Proof.objects.get()
    assert (proof.state, proof.worker, proof.token) == (ProofState.HELD, "host:7", 1)
    assert (proof.done, proof.total, proof.failures) == (2, 2, 0)
    assert proof.lease_until is None
    assert proof.finished_at is not None
    assert proof.counterexamples == []
    row = {"a": True, "b": False, "c": False}
    assert [(r["params"], r["row"]) for r in proof.matrix] == [
        ({"kernel": "5.15"}, row),
        ({"kernel": "6.1"}, row),
    ]
    assert is_current(proof)
    assert drain_proofs("bulk", worker="w") == 0


def test_proofs_of_another_lane_are_left() -> None:
    request_proof(_draft(), user=None)
    assert drain_proofs("interactive", worker="w") == 0
    assert Proof.objects.get().state == ProofState.QUEUED


def test_proofs_are_run_oldest_first_and_not_while_they_rest() -> None:
    proofs = [request_proof(_draft(), user=None) for _ in range(3)]
    resting = database_now() + timedelta(seconds=9)
    Proof.objects.filter(pk=proofs[0].pk).update(available_at=resting)
    assert drain_proofs("bulk", worker="w") == 2
    states = Proof.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["queued", "held", "held"]
    finished = Proof.objects.order_by("finished_at").exclude(finished_at=None)
    assert list(finished) == proofs[1:]


def test_a_false_question_fails_with_seed_option_and_deciding_event() -> None:
    version = _draft(text=TWO_HOLD)
    proof = prove_now(version)
    assert proof.state == ProofState.FAILED
    assert not is_current(proof)
    first = proof.counterexamples[0]
    assert (first["kind"], first["seed"]) == ("count", 0)
    assert first["params"] == {"kernel": "5.15"}
    assert first["option"] in {"a", "c"}
    assert "2 options hold" in first["message"]
    assert any("execve /srv/app.exe failed" in event for event in first["events"])
    assert len(proof.matrix) == 2
    json.dumps(proof.counterexamples)


def test_a_scenario_that_cannot_run_fails_the_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*args: Any, **options: Any) -> Iterator[Any]:
        raise simulator.SimulatorError("claim x reads nothing")

    monkeypatch.setattr(simulator, "iter_proof", broken)
    proof = prove_now(_draft())
    assert proof.state == ProofState.FAILED
    assert proof.matrix == []
    assert proof.counterexamples == [
        {
            "kind": "scenario",
            "seed": None,
            "params": {},
            "option": None,
            "message": "claim x reads nothing",
            "events": [],
        }
    ]


def test_a_type_that_promises_nothing_holds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Silent:
        def obligation(self, spec: Any) -> None:
            return None

    monkeypatch.setattr(proving, "question_type", lambda name: Silent())
    proof = prove_now(_draft())
    assert proof.state == ProofState.FAILED
    message = proof.counterexamples[0]["message"]
    assert message == "this type of question has nothing to prove"


def test_each_variant_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "VARIANT_MS", 0.0)
    proof = prove_now(_draft())
    assert proof.state == ProofState.FAILED
    assert {failure["kind"] for failure in proof.counterexamples} == {"time"}


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_failure_of_the_platform_is_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failures: int
) -> None:
    proof = _claimed(_draft())
    Proof.objects.update(failures=failures, rings=3, next_ring_at=database_now())
    monkeypatch.setattr(
        simulator, "iter_proof", lambda *_, **__: (_ for _ in ()).throw(MemoryError())
    )
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        run_proof(proof)
    proof.refresh_from_db()
    is_dead = failures == 2
    assert proof.state == (ProofState.DEAD if is_dead else ProofState.QUEUED)
    assert (proof.failures, proof.token) == (failures + 1, 2)
    assert proof.last_error == "MemoryError()"
    assert (proof.finished_at is not None) == is_dead
    assert (proof.lease_until, proof.rings, proof.next_ring_at) == (None, 0, None)
    rest = proof.available_at - database_now()
    assert abs(rest.total_seconds() - 2 ** (failures + 1)) < 1


# --- edits, cancels, leases


@pytest.mark.parametrize("edit", [_edit_question, _edit_scenario])
def test_a_text_edited_before_the_run_is_not_proved_in_the_name_of_the_old(
    edit: Any,
) -> None:
    """Else: ask for a false text, prove a true one, go back, publish the false one."""
    version = _draft()
    proof = request_proof(version, user=None)
    edit(version)
    assert drain_proofs("bulk", worker="w") == 1
    proof.refresh_from_db()
    assert proof.state == ProofState.CANCELED
    assert [c["kind"] for c in proof.counterexamples] == ["edited"]
    assert not is_current(proof)


def test_another_scenario_before_the_run_is_not_proved_either() -> None:
    version = _draft()
    proof = request_proof(version, user=None)
    other = factories.make_small_scenario()
    QuestionVersion.objects.update(scenario_version=other)
    assert drain_proofs("bulk", worker="w") == 1
    proof.refresh_from_db()
    assert proof.state == ProofState.CANCELED


@pytest.mark.parametrize("edit", [_edit_question, _edit_scenario])
def test_an_edit_makes_a_proof_stale(edit: Any) -> None:
    version = _draft()
    assert is_current(prove_now(version))
    edit(version)
    assert not is_current(Proof.objects.get())


def test_another_simulator_makes_a_proof_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    proof = prove_now(_draft())
    monkeypatch.setattr(simulator, "SIMULATOR_VERSION", "9.9.9")
    assert not is_current(proof)
    assert is_current(prove_now(proof.question_version))


def test_a_question_that_lost_its_scenario_has_no_current_proof() -> None:
    prove_now(_draft())
    QuestionVersion.objects.update(scenario_version=None)
    assert not is_current(Proof.objects.get())


def test_another_scenario_version_of_the_same_text_is_another_scenario() -> None:
    version = _draft()
    prove_now(version)
    scenario = _scenario_of(version)
    twin = factories.make_small_scenario()
    twin.digest = scenario.digest
    twin.save()
    QuestionVersion.objects.update(scenario_version=twin)
    assert not is_current(Proof.objects.get())


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_open_proof_can_be_canceled(state: str) -> None:
    version = _draft()
    author = factories.make_instructor(version.question.course)
    proof = (
        _claimed(version) if state == "running" else request_proof(version, user=None)
    )
    canceled = cancel_proof(proof, user=author)
    assert canceled.state == ProofState.CANCELED
    assert canceled.finished_at is not None
    assert canceled.lease_until is None
    if state == "running":
        run_proof(proof)
    assert drain_proofs("bulk", worker="w") == 0
    after = Proof.objects.get()
    assert (after.state, after.matrix) == (ProofState.CANCELED, [])


@pytest.mark.parametrize("state", ["held", "failed", "dead", "canceled"])
def test_an_ended_proof_stays_as_it_is(state: str) -> None:
    version = _draft()
    author = factories.make_instructor(version.question.course)
    proof = request_proof(version, user=None)
    Proof.objects.update(state=state)
    assert cancel_proof(proof, user=author).state == state
    assert Proof.objects.get().finished_at is None


def test_only_instructors_of_the_course_cancel() -> None:
    proof = request_proof(_draft(), user=None)
    with pytest.raises(NotAllowedError) as refusal:
        cancel_proof(proof, user=factories.make_user())
    assert refusal.value.code == "not_an_author"
    assert Proof.objects.get().state == ProofState.QUEUED


def test_a_running_proof_shows_its_progress_and_renews_its_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proving, "PROGRESS_SECONDS", 0)
    proof = _claimed(_draft())
    over = database_now() - timedelta(seconds=1)
    Proof.objects.update(lease_until=over)
    seen = []
    shown = proving._show_progress

    def show(proof: Proof, done: int, total: int) -> bool:
        is_ours = shown(proof, done, total)
        now = Proof.objects.get()
        assert now.lease_until is not None
        lease = (now.lease_until - database_now()).total_seconds()
        seen.append((now.done, now.total, round(lease), is_ours))
        return is_ours

    monkeypatch.setattr(proving, "_show_progress", show)
    run_proof(proof)
    assert seen == [(1, 2, LEASE_SECONDS, True), (2, 2, LEASE_SECONDS, True)]
    assert Proof.objects.get().state == ProofState.HELD


def test_a_canceled_run_stops_at_its_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "PROGRESS_SECONDS", 0)
    version = _draft()
    proof = _claimed(version)
    cancel_proof(proof, user=factories.make_instructor(version.question.course))
    steps = []
    iter_proof = simulator.iter_proof

    def counting(*args: Any, **options: Any) -> Iterator[Any]:
        for step in iter_proof(*args, **options):
            steps.append(step)
            yield step

    monkeypatch.setattr(simulator, "iter_proof", counting)
    run_proof(proof)
    assert len(steps) == 1
    after = Proof.objects.get()
    assert (after.state, after.done, after.matrix) == (ProofState.CANCELED, 0, [])


def test_only_proofs_whose_lease_ran_out_are_taken_back() -> None:
    lost, held = _claimed(_draft()), _claimed(_draft())
    over = database_now() - timedelta(seconds=1)
    Proof.objects.filter(pk=lost.pk).update(lease_until=over)
    assert take_back_proofs() == 1
    lost.refresh_from_db()
    held.refresh_from_db()
    assert (lost.state, lost.last_error) == ("queued", "its worker went away")
    assert (held.state, held.failures) == ("running", 0)
    assert take_back_proofs() == 0


def _taken_over(version: QuestionVersion) -> tuple[Proof, Proof]:
    """A zombie's claim of a proof, and the claim of the worker that has it now."""
    zombie = _claimed(version, "zombie")
    Proof.objects.update(lease_until=database_now() - timedelta(seconds=1))
    take_back_proofs()
    Proof.objects.update(available_at=database_now())
    second = proving._claim("bulk", "w2")
    assert second is not None
    return zombie, second


def test_a_late_proof_is_fenced() -> None:
    zombie, second = _taken_over(_draft())
    assert (zombie.token, second.token) == (1, 3)
    run_proof(zombie)
    now = Proof.objects.get()
    assert (now.state, now.token, now.matrix) == (ProofState.RUNNING, 3, [])
    run_proof(second)
    assert Proof.objects.get().state == ProofState.HELD


def test_a_late_failure_is_fenced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A zombie's failure must not take the proof from the worker that has it."""
    zombie, _ = _taken_over(_draft())
    monkeypatch.setattr(
        simulator, "iter_proof", lambda *_, **__: (_ for _ in ()).throw(MemoryError())
    )
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        run_proof(zombie)
    now = Proof.objects.get()
    assert (now.state, now.token, now.failures) == (ProofState.RUNNING, 3, 1)


def test_proving_now_takes_the_own_proof_and_no_other() -> None:
    first = request_proof(_draft(), user=None)
    version = _draft()
    proof = prove_now(version)
    assert (proof.question_version, proof.state) == (version, ProofState.HELD)
    assert proof.worker == "loader"
    first.refresh_from_db()
    assert first.state == ProofState.QUEUED


def test_proving_now_leaves_a_proof_that_a_worker_has() -> None:
    version = _draft()
    running = _claimed(version)
    proof = prove_now(version)
    assert (proof, proof.state, proof.token) == (running, ProofState.RUNNING, 1)


# --- the principle: change a mechanism, never a scenario, and watch the answer change


@pytest.fixture
def windows_program() -> QuestionVersion:
    course = factories.make_course()
    return factories.make_executed(course, "what-execve-answers", publish=False)


def test_the_answer_follows_the_mechanism(windows_program: QuestionVersion) -> None:
    """Give the Linux kernel a loader for PE: the same question's proof fails."""
    held = prove_now(windows_program)
    assert (held.state, held.counterexamples) == (ProofState.HELD, [])
    loaders = {"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}
    with simulator.altered(loaders):
        failed = prove_now(windows_program)
    assert failed != held
    assert (failed.state, failed.total) == (ProofState.FAILED, held.total)
    right = {key for key, holds in held.matrix[0]["row"].items() if holds}
    flipped = [c for c in failed.counterexamples if c["option"] in right]
    assert flipped != [], failed.counterexamples[:3]
    first = flipped[0]
    assert first["seed"] == 0
    assert first["params"] == held.matrix[0]["params"]
    assert "answers_enoexec) is false" in first["message"]
    assert any("execve" in e and "ENOENT" in e for e in first["events"])
    assert failed.matrix[0]["row"] != held.matrix[0]["row"]


# --- races


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_are_one_proof() -> None:
    version = _draft()
    results = race([lambda: request_proof(version, user=None)] * 10)
    assert {proof.pk for proof in results} == {Proof.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_eight_workers_run_each_proof_once() -> None:
    for _ in range(6):
        request_proof(_draft(), user=None)
    counts = race([lambda: drain_proofs("bulk", worker="w")] * 8)
    assert sum(counts) == 6
    states = Proof.objects.values_list("state", "token")
    assert set(states) == {("held", 1)}


@pytest.mark.django_db(transaction=True)
def test_browsers_hear_of_a_proof() -> None:
    version = _draft()
    proof = request_proof(version, user=None)
    with connection.cursor() as cursor:
        cursor.execute("LISTEN trapframe")
    drain_proofs("bulk", worker="w")
    assert connection.connection is not None
    found = list(connection.connection.notifies(timeout=30, stop_after=2))
    assert [json.loads(notify.payload) for notify in found] == [
        {"kind": "proof", "ids": [str(proof.uuid)]}
    ] * 2
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")
