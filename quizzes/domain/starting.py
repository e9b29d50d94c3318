"""Starting an attempt: its questions and their frozen variants."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from quizzes.domain.clock import database_now
from quizzes.domain.enrolling import ensure_enrolled
from quizzes.domain.errors import ConflictError
from quizzes.enums import InstanceState, VersionState
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    InstanceQuestion,
    Proof,
    QuestionVersion,
    Slot,
    Variant,
)
from quizzes.question_types.registry import question_type
from quizzes.specs import QuestionSpec


def start_assessment(assessment: Assessment, *, user: Any) -> AssessmentInstance:
    """The user's attempt in progress, or a new one with all its variants.

    Raises ConflictError: ``no_attempts_left``, ``no_questions`` (a slot's question
    has no published version); NotAllowedError: ``not_enrolled``.
    """
    ensure_enrolled(assessment.course, user=user)
    with transaction.atomic():
        # Racing starts wait for each other here, so the look before the insert is
        # safe; the partial unique index is the second wall.
        enrolments = assessment.course.enrolments.select_for_update(no_key=True)
        enrolments.get(user=user)
        mine = AssessmentInstance.objects.filter(assessment=assessment, user=user)
        current = mine.filter(state=InstanceState.IN_PROGRESS).first()
        if current is not None:
            return current
        last = mine.aggregate(last=Max("number"))["last"] or 0
        instance = _insert_instance(assessment, user, number=last + 1)
        _insert_questions(instance, _slots(assessment))
    return instance


def params_digest(params: Mapping[str, Any], seed: int) -> str:
    """SHA-256 that names a variant's parameters and seed."""
    text = json.dumps([params, seed], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _insert_instance(
    assessment: Assessment, user: Any, *, number: int
) -> AssessmentInstance:
    allowed = assessment.attempts_allowed
    if allowed is not None and number > allowed:
        raise ConflictError(
            "no_attempts_left", f"All {allowed} attempts at this assessment are used."
        )
    now = database_now()
    limit = assessment.time_limit_minutes
    return AssessmentInstance.objects.create(
        assessment=assessment,
        user=user,
        number=number,
        opened_at=now,
        closes_at=now + timedelta(minutes=limit) if limit else None,
    )


def _slots(assessment: Assessment) -> list[tuple[Slot, QuestionVersion]]:
    slots = list(
        assessment.slots.select_related(
            "question", "pinned_version__scenario_version"
        ).order_by("number")
    )
    newest = {
        version.question_id: version
        for version in QuestionVersion.objects.filter(
            question__in=[slot.question_id for slot in slots],
            state=VersionState.PUBLISHED,
        )
        .select_related("scenario_version")
        .order_by("number")
    }
    chosen = [
        (slot, version)
        for slot in slots
        if (version := slot.pinned_version or newest.get(slot.question_id))
        and version.state == VersionState.PUBLISHED
    ]
    if not chosen or len(chosen) < len(slots):
        raise ConflictError(
            "no_questions", "This assessment has a question that is not published yet."
        )
    return chosen


def _insert_questions(
    instance: AssessmentInstance, slots: Sequence[tuple[Slot, QuestionVersion]]
) -> None:
    questions = InstanceQuestion.objects.bulk_create(
        InstanceQuestion(
            instance=instance,
            slot=slot,
            number=number,
            max_mark=slot.max_mark,
        )
        for number, (slot, _) in enumerate(slots, start=1)
    )
    Variant.objects.bulk_create(
        _variant(question, version)
        for question, (_, version) in zip(questions, slots, strict=True)
    )


def _variant(question: InstanceQuestion, version: QuestionVersion) -> Variant:
    pick = _pick(f"{question.instance.uuid}/{question.number}")
    seed, params = _proven_variant(version, pick)
    spec = QuestionSpec.from_json(version.spec)
    presentation = question_type(spec.type).present(spec, params, pick)
    return Variant(
        instance_question=question,
        question_version=version,
        scenario_version=version.scenario_version,
        seed=seed,
        params=params,
        params_digest=params_digest(params, seed),
        presentation=presentation.to_json(),
    )


def _pick(label: str) -> int:
    """A number that nobody can guess without the secret: 0 to 2**63 - 1."""
    key = settings.SECRET_KEY.encode()
    digest = hmac.new(key, f"variant:{label}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _proven_variant(version: QuestionVersion, pick: int) -> tuple[int, dict[str, Any]]:
    """One of the variants that the publish gate proved; no other is ever shown."""
    if version.proof_id is None:
        return 0, {}
    rows = _proven_rows(version.proof_id)
    return rows[pick % len(rows)]


@lru_cache(maxsize=256)
def _proven_rows(proof_id: int) -> tuple[tuple[int, dict[str, Any]], ...]:
    matrix = Proof.objects.values_list("matrix", flat=True).get(pk=proof_id)
    return tuple((row["seed"], row["params"]) for row in matrix)
