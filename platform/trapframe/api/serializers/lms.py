"""What a learning-management system sends and gets."""

from typing import Any

from rest_framework import serializers

from quizzes.enums import Role
from trapframe.api.serializers.attempts import AttemptRowSerializer
from trapframe.api.serializers.examples import UUID, request_example
from trapframe.api.serializers.strict import StrictSerializer, Text

_EXTERNAL_ID = "The LMS's own id of the person: stable, never an e-mail address."


@request_example(
    {"external_id": "sis-4711", "name": "Ada Lovelace", "email": "ada@example.org"}
)
class LearnerWriteSerializer(StrictSerializer):
    external_id = Text(max_length=255, help_text=_EXTERNAL_ID)
    name = Text(max_length=150)
    email = serializers.EmailField(
        max_length=254, required=False, allow_blank=True, default=""
    )


class LearnerSerializer(serializers.Serializer[Any]):
    external_id = serializers.CharField()
    name = serializers.CharField(source="user.first_name")
    email = serializers.CharField(source="user.email", allow_blank=True)
    created_at = serializers.DateTimeField()


@request_example({"external_id": "sis-4711", "course": "operating-systems"})
class EnrolmentWriteSerializer(StrictSerializer):
    external_id = Text(max_length=255, help_text=_EXTERNAL_ID)
    course = serializers.SlugField(max_length=50)


class EnrolmentSerializer(serializers.Serializer[Any]):
    external_id = serializers.CharField()
    course = serializers.SlugField()
    role = serializers.ChoiceField(choices=Role.choices)


@request_example(
    {
        "external_id": "sis-4711",
        "course": "operating-systems",
        "assessment": "chapter-quiz",
    }
)
class LmsAttemptWriteSerializer(EnrolmentWriteSerializer):
    assessment = serializers.SlugField(max_length=80)


class LmsAttemptSerializer(serializers.Serializer[Any]):
    external_id = serializers.CharField()
    attempt = AttemptRowSerializer()


@request_example({"attempt": UUID})
class SignInLinkWriteSerializer(StrictSerializer):
    attempt = serializers.UUIDField()


class SignInLinkSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Works once. Send the learner there now.")
    expires_at = serializers.DateTimeField()
