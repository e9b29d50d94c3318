"""Bodies that are read strictly: an unknown field is an error, never ignored."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


class StrictSerializer(serializers.Serializer[Any]):
    """A request's body or query; what it does not name is refused."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data.keys() - self.fields.keys())
            if unknown:
                raise serializers.ValidationError(
                    {name: [_unknown()] for name in unknown}
                )
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """The body of an endpoint that needs none: empty, or an empty object."""


def _unknown() -> ErrorDetail:
    return ErrorDetail("There is no such field.", code="unknown_field")
