"""What the schema says beyond the serializers: errors, scopes, security schemes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from django.conf import settings
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)

from trapframe.accounts.models import Scope
from trapframe.api.permissions import SESSION_SCOPES
from trapframe.api.reasons import REASONS
from trapframe.api.serializers.attempts import AnswerSerializer
from trapframe.api.serializers.problems import ProblemSerializer

JSON = "application/json"
PROBLEM = "application/problem+json"
F = TypeVar("F", bound=Callable[..., Any])

_EVERYWHERE = (
    "bad_request",
    "not_authenticated",
    "invalid_token",
    "scope_missing",
    "method_not_allowed",
    "not_acceptable",
    "unknown_field",
    "throttled",
    "internal_error",
    "unavailable",
)
_WITH_BODY = (
    "parse_error",
    "csrf_failed",
    "body_too_large",
    "unsupported_media_type",
    "invalid_input",
)


def describe(
    operation_id: str,
    summary: str,
    *,
    tag: str,
    responses: Mapping[int, Any],
    reasons: Sequence[str] = (),
    description: str = "",
    parameters: Sequence[Any] = (),
    request: Any = None,
    writes: bool = False,
) -> Callable[[F], F]:
    """Describe one operation; ``reasons`` are the codes beside those of all others."""
    codes = [*_EVERYWHERE, *(_WITH_BODY if writes else ()), *reasons]
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description or summary,
        tags=[tag],
        request=request,
        responses={
            **{(status, JSON): body for status, body in responses.items()},
            **_problem_responses(codes),
        },
        parameters=[*parameters, *_headers()],
    )


def _problem_responses(codes: Iterable[str]) -> dict[Any, OpenApiResponse]:
    """One response for each status; its description explains each of its codes."""
    ordered = sorted(set(codes), key=lambda code: (REASONS[code].status, code))
    grouped = groupby(ordered, key=lambda code: REASONS[code].status)
    return {
        (status, PROBLEM): OpenApiResponse(
            ProblemSerializer,
            description="\n".join(
                f"- `{code}`: {REASONS[code].advice}" for code in group
            ),
        )
        for status, group in grouped
    }


def _headers() -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            "WWW-Authenticate",
            str,
            OpenApiParameter.HEADER,
            description="What to send instead (RFC 6750).",
            response=[401],
        ),
        OpenApiParameter(
            "Retry-After",
            int,
            OpenApiParameter.HEADER,
            description="Seconds to wait.",
            response=[429, 503],
        ),
    ]


class StrictBody(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """What a strict serializer refuses, its schema refuses too."""

    target_class = "trapframe.api.serializers.strict.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        # The documented way to the default, though its name is a private one.
        default = auto_schema._map_serializer  # noqa: SLF001
        schema: dict[str, Any] = default(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        schema["additionalProperties"] = False
        if isinstance(self.target, AnswerSerializer):
            schema["oneOf"] = [{"required": ["chosen"]}, {"required": ["text"]}]
        return schema


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "trapframe.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        return {self.name: sorted(_scopes(auto_schema))}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        scopes = ", ".join(f"`{scope}`: {scope.label}" for scope in Scope)
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"An API token. Scopes: {scopes}.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "trapframe.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_requirement(
        self, auto_schema: AutoSchema
    ) -> list[dict[str, list[str]]]:
        """No session speaks as an LMS, so those endpoints do not offer it."""
        return [{self.name: []}] if _scopes(auto_schema) & SESSION_SCOPES else []

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A person's session; writing needs the header X-CSRFToken.",
        }


def _scopes(auto_schema: AutoSchema) -> frozenset[Scope]:
    scopes: frozenset[Scope] = getattr(auto_schema.view, "scopes", frozenset())
    return scopes
