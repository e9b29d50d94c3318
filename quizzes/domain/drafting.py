"""Unsent work, kept on the server."""

import json
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from quizzes.domain.clock import database_now
from quizzes.domain.errors import InvalidInputError, NotAllowedError
from quizzes.domain.submitting import GRACE, check_in_progress
from quizzes.enums import QuestionState
from quizzes.models import AssessmentInstance, Draft, InstanceQuestion, Variant

# A draft is at most this many characters of text; a question's own limit is lower.
MAX_DRAFT_TEXT = 40_000
MAX_DRAFT_CHOICES = 50
MAX_SEQ = 2**63 - 1


def save_draft(
    variant: Variant,
    *,
    user: Any,
    answer: dict[str, Any],
    seq: int,
    waited: timedelta = timedelta(0),
) -> Draft:
    """Keep the draft with the highest sequence number; older ones change nothing.

    ``waited`` is how long ago the request arrived, as for ``submit_answer``.
    Raises NotAllowedError (``not_yours``), ConflictError (``closed``),
    InvalidInputError (``invalid_draft``).
    """
    received_at = database_now() - min(waited, GRACE)
    if variant.instance_question.instance.user_id != user.pk:
        raise NotAllowedError("not_yours", "Only the learner of this attempt writes.")
    if not 0 <= seq <= MAX_SEQ:
        raise InvalidInputError("invalid_draft", "`seq` counts up from 0.")
    clean = _clean(answer)
    with transaction.atomic():
        # Locked, since a draft that is taken must be there when the attempt ends.
        instance = AssessmentInstance.objects.select_for_update(no_key=True).get(
            pk=variant.instance_question.instance_id
        )
        check_in_progress(
            instance.state,
            instance.closes_at,
            received_at=received_at,
            now=database_now(),
        )
        draft = _upsert(variant, clean, seq)
        InstanceQuestion.objects.filter(
            pk=variant.instance_question_id, state=QuestionState.TODO
        ).update(state=QuestionState.SAVED)
    return draft


def _clean(answer: dict[str, Any]) -> dict[str, Any]:
    chosen = answer.get("chosen", [])
    text = answer.get("text", "")
    if isinstance(chosen, str):
        chosen = [chosen]
    is_list = isinstance(chosen, list) and len(chosen) <= MAX_DRAFT_CHOICES
    if not is_list or not all(isinstance(key, str) for key in chosen):
        raise InvalidInputError("invalid_draft", "`chosen` is a list of option keys.")
    if not isinstance(text, str) or len(text) > MAX_DRAFT_TEXT:
        raise InvalidInputError(
            "invalid_draft", f"`text` is at most {MAX_DRAFT_TEXT} characters."
        )
    if not all(_is_storable(part) for part in (text, *chosen)):
        raise InvalidInputError(
            "invalid_draft", "The answer holds a NUL or half of a character."
        )
    return {"chosen": chosen} if chosen else {"text": text}


def _is_storable(text: str) -> bool:
    """False for a NUL or a lone surrogate, which no database text can hold."""
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text)


def _upsert(variant: Variant, answer: dict[str, Any], seq: int) -> Draft:
    """One statement, so that racing tabs cannot lose the newer text."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO quizzes_draft (variant_id, answer, seq, updated_at)
            VALUES (%s, %s::jsonb, %s, clock_timestamp())
            ON CONFLICT (variant_id) DO UPDATE
                SET answer = EXCLUDED.answer, seq = EXCLUDED.seq,
                    updated_at = EXCLUDED.updated_at
                WHERE quizzes_draft.seq < EXCLUDED.seq
            """,
            [variant.pk, json.dumps(answer), seq],
        )
    return Draft.objects.get(variant=variant)
