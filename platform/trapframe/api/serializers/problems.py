"""Problem details, as the schema shows them."""

from typing import Any

from rest_framework import serializers

from trapframe.api.serializers.examples import response_example


class PlaceSerializer(serializers.Serializer[Any]):
    """One place of the request or of a file that must be mended."""

    field = serializers.CharField(required=False, help_text="Path of the field.")
    message = serializers.CharField()
    code = serializers.CharField(required=False)


@response_example(
    {
        "type": "urn:trapframe:problem:no_tries_left",
        "title": "No tries left",
        "status": 409,
        "detail": "All tries at this question are used (2).",
        "code": "no_tries_left",
        "problems": [],
    }
)
class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457), media type application/problem+json."""

    type = serializers.CharField(help_text="`urn:trapframe:problem:` and the code.")
    title = serializers.CharField(help_text="The same for every problem of this code.")
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(help_text="What happened here, for people.")
    code = serializers.CharField(help_text="Stable reason code, for programs.")
    problems = PlaceSerializer(many=True, help_text="The places to mend, if any.")
    instance = serializers.CharField(
        required=False, help_text="The id to report, for status 500."
    )
