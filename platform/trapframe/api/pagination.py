"""How lists are paged."""

import re
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor as Position
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

_DIGITS = re.compile(r"[0-9]{1,19}")
# PostgreSQL's bigint; a cursor beyond it was made up.
_LARGEST_ID = 2**63 - 1


class Cursor(CursorPagination):
    """Pages by position, so that new rows never shift what a client has read."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "id"
    cursor_query_description = "Where the page starts: taken from `next`, never made."
    page_size_query_description = "Rows per page, at most 200."

    def decode_cursor(self, request: Request) -> Position | None:
        """The cursor of the request; raises ValidationError for a made-up one."""
        try:
            position = super().decode_cursor(request)
        except Exception as error:
            raise _invalid("cursor", "No cursor of this list.") from error
        if position is None or position.position is None:
            return position
        if not _is_id(str(position.position)):
            raise _invalid("cursor", "No cursor of this list.")
        return position

    def get_page_size(self, request: Request) -> int:
        """The rows asked for, capped; raises ValidationError when it is no number."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return self.page_size
        digits = asked.lstrip("0") if asked.isascii() and asked.isdecimal() else ""
        if not digits:
            raise _invalid("page_size", "A whole number from 1.")
        # Not all of them are read: a number may have more digits than int() takes.
        return min(int(digits[:9]), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"] = {"type": "integer", "minimum": 1}
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """OpenAPI 3.1: the ends of the list have null for a link."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


def _is_id(text: str) -> bool:
    return _DIGITS.fullmatch(text) is not None and int(text) <= _LARGEST_ID


def _invalid(field: str, message: str) -> ValidationError:
    return ValidationError({field: [message]}, code="invalid")
