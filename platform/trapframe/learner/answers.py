"""What a form or a script sent as an answer, and what waits for a sign-in."""

import json
from typing import Any

from django.http import HttpRequest

from quizzes.domain.drafting import MAX_DRAFT_TEXT
from quizzes.domain.errors import InvalidInputError

_KEPT = "kept_answer"


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """The answer in a posted form: chosen options or a text."""
    if "text" in request.POST:
        return {"text": request.POST["text"].replace("\r\n", "\n")}
    return {"chosen": request.POST.getlist("chosen")}


def draft_of(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """The answer and sequence number in a script's JSON."""
    unreadable = InvalidInputError("invalid_draft", "The draft is not readable.")
    try:
        body = json.loads(request.body)
        answer, seq = body["answer"], body["seq"]
    except (ValueError, TypeError, LookupError) as error:
        raise unreadable from error
    # The column is a 64-bit integer.
    if not isinstance(answer, dict) or type(seq) is not int or not 0 < seq < 2**63:
        raise unreadable
    return answer, seq


def keep_until_sign_in(request: HttpRequest, place: str) -> None:
    """Keep the answer of somebody whose session has run out, in a session of its own.

    One answer at most, and no more text than a draft may have.
    """
    answer = answer_of(request)
    if len(json.dumps(answer)) <= 2 * MAX_DRAFT_TEXT:
        request.session[_KEPT] = {"place": place, "answer": answer}


def take_kept(request: HttpRequest, place: str) -> dict[str, Any] | None:
    """The answer that was kept for this place, once."""
    kept = request.session.get(_KEPT)
    if kept is None or kept["place"] != place:
        return None
    del request.session[_KEPT]
    answer: dict[str, Any] = kept["answer"]
    return answer
