"""Proofs: a question's claims over every variant, on the bulk lane."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

import simulator
from quizzes import wakeups
from quizzes.domain.claiming import MAX_FAILURES
from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.notifying import notify
from quizzes.enums import Lane, ProofState
from quizzes.execution.in_process import scenario_of
from quizzes.models import Proof, QuestionVersion
from quizzes.question_types.registry import question_type
from quizzes.rules import can_author
from quizzes.specs import QuestionSpec

logger = logging.getLogger(__name__)

# A proof renews its lease and shows its progress at least this often.
PROGRESS_SECONDS = 0.25
# All arms of one variant may take this many milliseconds of processor time: two hundred
# times what they take, so that only a runaway scenario fails on a busy machine.
VARIANT_MS = 2000.0
LEASE_SECONDS = 30
LEASE = timedelta(seconds=LEASE_SECONDS)
OPEN_STATES = (ProofState.QUEUED, ProofState.RUNNING)

_CLAIM = """
UPDATE quizzes_proof SET state = 'running', token = token + 1, worker = %(worker)s,
    started_at = clock_timestamp(), done = 0,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM quizzes_proof WHERE lane = %(lane)s AND state = 'queued'
        AND available_at <= clock_timestamp()
    ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""

_PROGRESS = """
UPDATE quizzes_proof SET done = %(done)s, total = %(total)s,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state = 'running' AND token = %(token)s
"""

_TAKE_BACK = """
UPDATE quizzes_proof SET failures = failures + 1, token = token + 1,
    lease_until = NULL, last_error = %(error)s, rings = 0, next_ring_at = NULL,
    state = CASE WHEN failures + 1 >= %(max)s THEN 'dead' ELSE 'queued' END,
    finished_at = CASE WHEN failures + 1 >= %(max)s THEN clock_timestamp() END,
    available_at = clock_timestamp() + make_interval(secs => power(2, failures + 1))
WHERE state = 'running' AND CASE WHEN %(id)s::bigint IS NULL
    THEN lease_until < clock_timestamp()
    ELSE id = %(id)s AND token = %(token)s END
RETURNING uuid
"""


def request_proof(version: QuestionVersion, *, user: Any) -> Proof:
    """Queue a proof of a version on the bulk lane, or return the one under way.

    ``user`` is who asks; None for the loader of fixtures. Raises NotAllowedError
    (``not_an_author``), ConflictError (``nothing_to_prove``).
    """
    if user is not None and not can_author(user, version.question.course):
        raise NotAllowedError("not_an_author", "Only instructors of the course prove.")
    with transaction.atomic():
        version = (
            QuestionVersion.objects.select_for_update(no_key=True, of=("self",))
            .select_related("scenario_version")
            .get(pk=version.pk)
        )
        scenario = version.scenario_version
        if scenario is None:
            raise ConflictError(
                "nothing_to_prove",
                "This question runs no scenario: publish it directly.",
            )
        under_way = version.proofs.filter(
            state__in=OPEN_STATES,
            scenario_version=scenario,
            question_digest=version.digest,
            scenario_digest=scenario.digest,
        ).first()
        if under_way is not None:
            return under_way
        proof = Proof.objects.create(
            question_version=version,
            scenario_version=scenario,
            question_digest=version.digest,
            scenario_digest=scenario.digest,
            simulator_version=simulator.SIMULATOR_VERSION,
            lane=Lane.BULK,
            requested_by=user,
        )
        wakeups.ring_on_commit(Lane.BULK)
    return proof


def cancel_proof(proof: Proof, *, user: Any) -> Proof:
    """Stop a proof that is queued or running; one that has ended stays as it is."""
    if not can_author(user, proof.question_version.question.course):
        raise NotAllowedError("not_an_author", "Only instructors of the course prove.")
    with transaction.atomic():
        changed = Proof.objects.filter(pk=proof.pk, state__in=OPEN_STATES).update(
            state=ProofState.CANCELED, lease_until=None, finished_at=database_now()
        )
        if changed:
            notify("proof", [proof.uuid])
    proof.refresh_from_db()
    return proof


def is_current(proof: Proof) -> bool:
    """True if the proof held for the texts and the simulator as they are now."""
    version = proof.question_version
    scenario = version.scenario_version
    return (
        proof.state == ProofState.HELD
        and scenario is not None
        and proof.scenario_version_id == scenario.pk
        and proof.question_digest == version.digest
        and proof.scenario_digest == scenario.digest
        and proof.simulator_version == simulator.SIMULATOR_VERSION
    )


def drain_proofs(lane: str, *, worker: str) -> int:
    """Run the lane's queued proofs, one by one; how many."""
    count = 0
    while (proof := _claim(lane, worker)) is not None:
        run_proof(proof)
        count += 1
    return count


def run_proof(proof: Proof) -> None:
    """Run a claimed proof to its end, unless it is canceled or its token moves on.

    One whose texts were edited since it was asked for is canceled: it would prove
    another text than it names.
    """
    if not _is_of_these_texts(proof):
        edited = _counterexample("edited", "The text was edited meanwhile.")
        _finish(proof, ProofState.CANCELED, [], [edited])
        return
    try:
        report = _prove(proof)
    except simulator.SimulatorError as error:
        _finish(proof, ProofState.FAILED, [], [_counterexample("scenario", str(error))])
        return
    except Exception as error:
        logger.exception("proof %s failed", proof.pk)
        _take_back(repr(error), proof)
        return
    if report is None:
        return
    rows, counterexamples = report
    state = ProofState.FAILED if counterexamples else ProofState.HELD
    _finish(proof, state, rows, counterexamples)


def take_back_proofs() -> int:
    """Count a failure of every proof whose lease ran out; how many."""
    return _take_back("its worker went away")


def _take_back(error: str, proof: Proof | None = None) -> int:
    """Count a failure of the proof in our hands, or of all whose lease ran out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TAKE_BACK,
            {
                "error": error[:2000],
                "max": MAX_FAILURES,
                "id": proof.pk if proof else None,
                "token": proof.token if proof else None,
            },
        )
        uuids = [row[0] for row in cursor.fetchall()]
        notify("proof", uuids)
    return len(uuids)


def _claim(lane: str, worker: str) -> Proof | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lane": lane, "worker": worker, "lease": LEASE_SECONDS})
        row = cursor.fetchone()
        if row is None:
            return None
        proof = Proof.objects.select_related(
            "question_version", "scenario_version"
        ).get(pk=row[0])
        notify("proof", [proof.uuid])
    return proof


def _is_of_these_texts(proof: Proof) -> bool:
    """True if the texts that were claimed with the proof are the ones it names."""
    version = proof.question_version
    return (
        proof.scenario_version_id == version.scenario_version_id
        and proof.question_digest == version.digest
        and proof.scenario_digest == proof.scenario_version.digest
    )


def _prove(proof: Proof) -> tuple[list[Any], list[Any]] | None:
    """All rows and counterexamples; None when the proof was taken from us."""
    spec = QuestionSpec.from_json(proof.question_version.spec)
    scenario = scenario_of(proof.scenario_version.source)
    obligation = question_type(spec.type).obligation(spec)
    if obligation is None:
        raise simulator.SimulatorError("this type of question has nothing to prove")
    steps: list[simulator.ProofStep] = []
    shown = time.monotonic()
    for step in simulator.iter_proof(scenario, obligation, budget_ms=VARIANT_MS):
        steps.append(step)
        if time.monotonic() - shown >= PROGRESS_SECONDS:
            shown = time.monotonic()
            if not _show_progress(proof, len(steps), step.total):
                return None
    failures = simulator.summarise(obligation, steps)
    return [_row(step) for step in steps], [failure.to_json() for failure in failures]


def _show_progress(proof: Proof, done: int, total: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _PROGRESS,
            {
                "done": done,
                "total": total,
                "lease": LEASE_SECONDS,
                "id": proof.pk,
                "token": proof.token,
            },
        )
        is_ours = bool(cursor.rowcount)
        notify("proof", [proof.uuid])
    return is_ours


def _finish(
    proof: Proof, state: ProofState, rows: list[Any], counterexamples: list[Any]
) -> None:
    with transaction.atomic():
        current = Proof.objects.filter(
            pk=proof.pk, state=ProofState.RUNNING, token=proof.token
        )
        changed = current.update(
            state=state,
            matrix=rows,
            counterexamples=counterexamples,
            done=len(rows),
            total=len(rows),
            lease_until=None,
            simulator_version=simulator.SIMULATOR_VERSION,
            finished_at=database_now(),
        )
        if changed:
            notify("proof", [proof.uuid])


def _row(step: simulator.ProofStep) -> dict[str, Any]:
    return {"seed": step.seed, "params": dict(step.params), "row": dict(step.row)}


def _counterexample(kind: str, message: str) -> dict[str, Any]:
    """One that no variant shows: the proof could not be run at all."""
    return {
        "kind": kind,
        "seed": None,
        "params": {},
        "option": None,
        "message": message,
        "events": [],
    }


def prove_now(version: QuestionVersion) -> Proof:
    """Prove in this process: for loading fixtures, where nobody waits on a worker."""
    with transaction.atomic():  # queued and claimed at once: no worker comes between
        proof = request_proof(version, user=None)
        claimed = _claim_own(proof)
    if claimed is not None:
        run_proof(claimed)
    proof.refresh_from_db()
    return proof


def _claim_own(proof: Proof) -> Proof | None:
    """Claim this very proof, unless a worker was faster."""
    claimed = Proof.objects.filter(pk=proof.pk, state=ProofState.QUEUED).update(
        state=ProofState.RUNNING,
        token=proof.token + 1,
        worker="loader",
        started_at=database_now(),
        lease_until=database_now() + LEASE,
    )
    if not claimed:
        return None
    return Proof.objects.select_related("question_version", "scenario_version").get(
        pk=proof.pk
    )
