"""Reason codes: every problem document carries one, and none ever changes meaning."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """What a code says: the HTTP status, a short title, and what to do about it."""

    status: int
    title: str
    advice: str


REASONS: Mapping[str, Reason] = {
    # --- the request itself
    "parse_error": Reason(400, "No JSON", "Send one well-formed JSON document."),
    "bad_request": Reason(400, "Malformed request", "Mend the request."),
    "idempotency_key_missing": Reason(
        400, "No Idempotency-Key", "Send a new random key for each new answer."
    ),
    "not_authenticated": Reason(401, "Not signed in", "Send a bearer token."),
    "invalid_token": Reason(401, "Token not accepted", "Make a new token."),
    "permission_denied": Reason(403, "Not allowed", "Ask as somebody who may."),
    "scope_missing": Reason(
        403, "Scope missing", "Use a token with a scope that this endpoint accepts."
    ),
    "csrf_failed": Reason(
        403, "CSRF token missing", "From a session, send the header X-CSRFToken."
    ),
    "not_found": Reason(
        404, "Not found", "It does not exist, or you may not know that it does."
    ),
    "method_not_allowed": Reason(
        405, "Method not allowed", "Use a method of the header Allow."
    ),
    "not_acceptable": Reason(406, "Not acceptable", "Accept application/json."),
    "body_too_large": Reason(413, "Body too large", "Send at most 256 KiB."),
    "unsupported_media_type": Reason(
        415, "Unsupported media type", "Send application/json."
    ),
    "unknown_field": Reason(
        422, "Unknown field", "Leave out the fields that 'problems' names."
    ),
    "invalid_input": Reason(
        422, "Invalid input", "Correct the fields that 'problems' names."
    ),
    "throttled": Reason(
        429, "Too many requests", "Wait as long as the header Retry-After says."
    ),
    "internal_error": Reason(
        500, "Internal error", "Report the id in 'instance'; nothing was lost."
    ),
    "unavailable": Reason(
        503, "Unavailable", "Try again after the time in Retry-After."
    ),
    # --- attempts and answers
    "not_yours": Reason(403, "Not your attempt", "Only its learner may do this."),
    "not_enrolled": Reason(403, "Not enrolled", "Enrol in the course first."),
    "closed": Reason(409, "Attempt closed", "It is finished, or its time is over."),
    "no_attempts_left": Reason(409, "No attempts left", "All of them are used."),
    "no_questions": Reason(
        409, "Not ready", "A question is not published yet: ask the instructor."
    ),
    "no_tries_left": Reason(
        409, "No tries left", "The question is answered or its tries are used."
    ),
    "grading_in_progress": Reason(
        409, "Still grading", "Poll the last submission, then answer again."
    ),
    "question_broken": Reason(
        409, "Question broken", "Its author was told; it costs no try."
    ),
    "idempotency_mismatch": Reason(
        409, "Key used before", "Take a new key for another answer."
    ),
    "invalid_idempotency_key": Reason(
        422, "Invalid Idempotency-Key", "Use 1 to 100 printable ASCII characters."
    ),
    "malformed": Reason(422, "Malformed answer", "Send what the question asks for."),
    "nothing_chosen": Reason(422, "Nothing chosen", "Choose an option."),
    "unknown_option": Reason(
        422, "Unknown option", "Send keys of the options of this question."
    ),
    "too_many_chosen": Reason(
        422, "Too many chosen", "Choose as many as 'choose' says."
    ),
    "empty": Reason(422, "Empty answer", "Write an answer."),
    "too_many_words": Reason(422, "Too many words", "Keep to 'max_words'."),
    "too_long": Reason(422, "Too long", "Write fewer characters."),
    "invalid_draft": Reason(422, "Invalid draft", "Send option keys or a text."),
    # --- learning-management systems
    "learner_unknown": Reason(
        404, "Learner unknown", "Bring the learner with POST /lms/learners/ first."
    ),
    "privileged_learner": Reason(
        403, "Privileged account", "Staff sign in themselves, never by a link."
    ),
}


def title_of(code: str, *, default: str) -> str:
    """The title of a code; ``default`` for one that a question type made."""
    reason = REASONS.get(code)
    return default if reason is None else reason.title
