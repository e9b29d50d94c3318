"""Examples for the schema, as decorators of the serializers that they show."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

C = TypeVar("C", bound=type[Any])
UUID = "7f1c3c52-55ff-4a39-9d5c-0b6c54a2f0aa"


def request_example(value: Any) -> Callable[[C], C]:
    """Show ``value`` as the body of a request."""
    return extend_schema_serializer(
        examples=[OpenApiExample("Example", value=value, request_only=True)]
    )


def response_example(value: Any) -> Callable[[C], C]:
    """Show ``value`` as the body of a response."""
    return extend_schema_serializer(
        examples=[OpenApiExample("Example", value=value, response_only=True)]
    )
