"""JSON bodies, read strictly: one object, bounded, nothing that cannot be stored."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

# The longest written answer is a few thousand words; the rest is abuse.
MAX_BYTES = 256 * 1024


class BodyTooLargeError(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The body is larger than {MAX_BYTES // 1024} KiB."
    default_code = "body_too_large"


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise BodyTooLargeError
        try:
            return _parse(body)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is no JSON: {error}") from error


def _parse(body: bytes) -> Any:
    document = json.loads(
        body.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant
    )
    # A lone surrogate ("\ud800") is legal in JSON text, but no character.
    json.dumps(document, ensure_ascii=False).encode()
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
