"""Every error as problem details (RFC 9457) with a stable reason code."""

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from quizzes.domain.errors import DomainError, InvalidInputError
from trapframe.api.permissions import ScopeMissingError
from trapframe.api.reasons import title_of

CONTENT_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)

_DJANGO: Mapping[type[Exception], tuple[int, str, str]] = {
    Http404: (404, "not_found", "There is nothing here that you may see."),
    PermissionDenied: (403, "permission_denied", "You may not do this."),
    SuspiciousOperation: (400, "bad_request", "The request is malformed."),
}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer any exception of a view; what nobody foresaw becomes a 500 with an id."""
    set_rollback()
    if isinstance(error, DomainError):
        return _domain_problem(error)
    if isinstance(error, exceptions.ValidationError):
        return _validation_problem(error)
    if isinstance(error, exceptions.APIException):
        return _api_problem(error)
    if isinstance(error, OperationalError):
        return _unavailable(error)
    for kind, (status, code, detail) in _DJANGO.items():
        if isinstance(error, kind):
            return problem(status, code, detail)
    return _unforeseen(error)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    problems: Sequence[Mapping[str, Any]] = (),
    instance: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document; ``problems`` names the places inside the request."""
    document: dict[str, Any] = {
        "type": f"urn:trapframe:problem:{code}",
        "title": title_of(code, default=HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
        "code": code,
        "problems": [dict(entry) for entry in problems],
    }
    if instance is not None:
        document["instance"] = instance
    return Response(document, status=status, headers=headers, content_type=CONTENT_TYPE)


def _domain_problem(error: DomainError) -> Response:
    problems = error.problems if isinstance(error, InvalidInputError) else ()
    return problem(error.status_hint, error.code, error.message, problems=problems)


def _validation_problem(error: exceptions.ValidationError) -> Response:
    problems = list(_flatten(error.detail, ""))
    codes = {entry["code"] for entry in problems}
    code = "unknown_field" if "unknown_field" in codes else "invalid_input"
    fields = sorted({entry["field"] for entry in problems if entry["field"]})
    detail = f"Please correct {', '.join(fields)}." if fields else "Nothing to read."
    return problem(422, code, detail, problems=problems)


def _flatten(detail: Any, field: str) -> Iterator[dict[str, str]]:
    """Each message of a serializer's nested errors with the path of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = field if name == "non_field_errors" else f"{field}.{name}".strip(".")
            yield from _flatten(inner, own)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flatten(inner, field)
    else:
        yield {"field": field, "message": str(detail), "code": detail.code}


def _api_problem(error: exceptions.APIException) -> Response:
    headers: dict[str, str] = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        failed = isinstance(error, exceptions.AuthenticationFailed)
        headers["WWW-Authenticate"] = (
            f'{challenge}, error="invalid_token"' if failed else challenge
        )
    if isinstance(error, ScopeMissingError):
        scope = " ".join(error.accepted)
        headers["WWW-Authenticate"] = (
            f'Bearer realm="Trapframe", error="insufficient_scope", scope="{scope}"'
        )
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, ceil(wait)))
    detail = error.detail
    code = getattr(detail, "code", error.default_code)
    return problem(error.status_code, str(code), str(detail), headers=headers)


def _unavailable(error: OperationalError) -> Response:
    logger.warning("the database did not answer: %s", error)
    return problem(
        503,
        "unavailable",
        "The database did not answer in time. Nothing was changed: try again.",
        headers={"Retry-After": "2"},
    )


def _unforeseen(error: Exception) -> Response:
    reference = f"urn:uuid:{uuid.uuid4()}"
    logger.error("unforeseen error %s", reference, exc_info=error)
    return problem(
        500,
        "internal_error",
        "Something went wrong here. Please report the id in 'instance'.",
        instance=reference,
    )
