"""Bodies that are read strictly: nothing is ignored, and nothing is converted."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import (
    ProhibitNullCharactersValidator as NoNulValidator,
)
from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

UNKNOWN_FIELD = ErrorDetail("There is no such field.", code="unknown_field")


class StrictSerializer(serializers.Serializer[Any]):
    """A request's body or query; what it does not name is refused."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data.keys() - self.fields.keys())
            if unknown:
                raise serializers.ValidationError(
                    {name: [UNKNOWN_FIELD] for name in unknown}
                )
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """The body of an endpoint that needs none: empty, or an empty object."""


class Text(serializers.CharField):
    """A JSON string as it was sent; a number is no text. PostgreSQL stores no NUL."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)
        # In place of Django's validator, since a pattern shows in the schema.
        self.validators = [
            RegexValidator(r"^[^\x00]*$", "A NUL character cannot be stored."),
            *(v for v in self.validators if not isinstance(v, NoNulValidator)),
        ]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A JSON number; text that reads like one is none."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)
