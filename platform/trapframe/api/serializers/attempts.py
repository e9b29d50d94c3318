"""Attempts, their questions, drafts and answers, as their learner sees them."""

from decimal import ROUND_HALF_UP
from typing import Any

from rest_framework import serializers

from quizzes.domain.drafting import MAX_DRAFT_CHOICES, MAX_DRAFT_TEXT
from quizzes.enums import InstanceState, QuestionState
from trapframe.api.serializers.examples import request_example
from trapframe.api.serializers.strict import StrictSerializer, Text, WholeNumber


def mark_field(**options: Any) -> serializers.DecimalField:
    """Marks and percents: two decimal places, as text so that none is lost."""
    return serializers.DecimalField(
        max_digits=12, decimal_places=2, rounding=ROUND_HALF_UP, **options
    )


class ScoreSerializer(serializers.Serializer[Any]):
    mark = mark_field()
    max_mark = mark_field()
    percent = mark_field()
    waiting = serializers.IntegerField(help_text="Questions still being graded.")


class QuestionRowSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(source="question.number")
    title = serializers.CharField()
    variant = serializers.UUIDField(source="question.variant.uuid")
    state = serializers.ChoiceField(
        source="question.state", choices=QuestionState.choices
    )
    max_mark = mark_field(source="question.max_mark")
    mark = mark_field(allow_null=True, help_text="Null before the first grade.")
    tries_spent = serializers.IntegerField()
    tries_allowed = serializers.IntegerField()
    is_open = serializers.BooleanField(help_text="An answer can be sent now.")
    is_revealed = serializers.BooleanField(
        help_text="No try is left: the evidence of every option may be read."
    )


class AttemptRowSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    course = serializers.SlugField(source="assessment.course.key")
    assessment = serializers.SlugField(source="assessment.key")
    number = serializers.IntegerField(help_text="1 for the first attempt.")
    state = serializers.ChoiceField(choices=InstanceState.choices)
    opened_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class AttemptSerializer(AttemptRowSerializer):
    score = ScoreSerializer()
    questions = QuestionRowSerializer(many=True)


class AnswerSerializer(StrictSerializer):
    """Option keys, or a text; which one, the question's `control` says."""

    chosen = serializers.ListField(
        child=Text(max_length=80),
        max_length=MAX_DRAFT_CHOICES,
        required=False,
    )
    text = Text(max_length=MAX_DRAFT_TEXT, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                "Send either `chosen` or `text`.", code="invalid"
            )
        return attrs


class AnswerReadSerializer(serializers.Serializer[Any]):
    chosen = serializers.ListField(child=serializers.CharField(), required=False)
    text = serializers.CharField(required=False, allow_blank=True)


@request_example({"answer": {"chosen": ["a"]}, "seq": 3})
class DraftWriteSerializer(StrictSerializer):
    answer = AnswerSerializer()
    seq = WholeNumber(
        min_value=0,
        max_value=2**63 - 1,
        help_text="The client's counter: the highest one wins.",
    )


class DraftSerializer(serializers.Serializer[Any]):
    answer = AnswerReadSerializer()
    seq = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


@request_example({"answer": {"chosen": ["a"]}})
class SubmissionWriteSerializer(StrictSerializer):
    answer = AnswerSerializer()


class OptionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    html = serializers.CharField()


class VariantSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    attempt = serializers.UUIDField(source="instance_question.instance.uuid")
    type = serializers.CharField(source="presentation.type")
    control = serializers.ChoiceField(
        source="presentation.control", choices=["radio", "checkbox", "text"]
    )
    prompt_html = serializers.CharField(source="presentation.prompt_html")
    choose = serializers.IntegerField(
        source="presentation.choose",
        help_text="How many options to choose; 0 where there are none.",
    )
    options = OptionSerializer(source="presentation.options", many=True)
    max_words = serializers.IntegerField(
        source="presentation.max_words", help_text="0 where nothing is written."
    )
    question = QuestionRowSerializer()
    draft = DraftSerializer(allow_null=True)
    submissions = serializers.ListField(
        child=serializers.UUIDField(), help_text="Oldest first."
    )
