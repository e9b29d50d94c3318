"""Grades: the staff's table, one learner's progress, the ledger for an LMS."""

from typing import Any

from rest_framework import serializers

from quizzes.enums import GradeSource, InstanceState
from trapframe.api.serializers.attempts import mark_field
from trapframe.api.serializers.examples import UUID, response_example
from trapframe.api.serializers.strict import StrictSerializer


class GradebookCellSerializer(serializers.Serializer[Any]):
    assessment = serializers.SlugField()
    percent = mark_field(
        allow_null=True, help_text="The best finished attempt; null before the first."
    )


class GradebookRowSerializer(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    grades = GradebookCellSerializer(many=True)


class ProgressAssessmentSerializer(serializers.Serializer[Any]):
    assessment = serializers.SlugField(source="assessment.key")
    title = serializers.CharField(source="assessment.title")
    best_percent = mark_field(
        allow_null=True, help_text="The best finished attempt; null before the first."
    )


class ProgressChapterSerializer(serializers.Serializer[Any]):
    chapter = serializers.SlugField(source="chapter.key")
    title = serializers.CharField(source="chapter.title")
    is_read = serializers.BooleanField()
    percent = serializers.IntegerField(
        help_text="The reading and each assessment are one step each."
    )
    assessments = ProgressAssessmentSerializer(many=True)


class ProgressSerializer(serializers.Serializer[Any]):
    course = serializers.SlugField()
    chapters = ProgressChapterSerializer(many=True)


class GradesQuerySerializer(StrictSerializer):
    since = serializers.IntegerField(
        min_value=0,
        max_value=2**63 - 1,
        default=0,
        help_text="The `next` of the page before; 0 at the first time.",
    )
    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)


class GradeSerializer(serializers.Serializer[Any]):
    """One entry of the ledger, and where it leaves its attempt."""

    id = serializers.IntegerField(help_text="Grows with time; has gaps.")
    external_id = serializers.CharField()
    course = serializers.SlugField()
    assessment = serializers.SlugField()
    attempt = serializers.UUIDField()
    attempt_number = serializers.IntegerField()
    attempt_state = serializers.ChoiceField(choices=InstanceState.choices)
    question_number = serializers.IntegerField()
    fraction = serializers.DecimalField(
        max_digits=6, decimal_places=5, help_text="What this try earned, 0 to 1."
    )
    graded_by = serializers.ChoiceField(choices=GradeSource.choices)
    graded_at = serializers.DateTimeField()
    score = mark_field(help_text="The attempt's mark now.")
    max_score = mark_field()


@response_example(
    {
        "grades": [
            {
                "id": 1042,
                "external_id": "sis-4711",
                "course": "operating-systems",
                "assessment": "chapter-quiz",
                "attempt": UUID,
                "attempt_number": 1,
                "attempt_state": "in_progress",
                "question_number": 2,
                "fraction": "1.00000",
                "graded_by": "auto",
                "graded_at": "2027-01-11T09:30:01Z",
                "score": "2.00",
                "max_score": "3.00",
            }
        ],
        "next": 1042,
        "has_more": False,
    }
)
class GradePageSerializer(serializers.Serializer[Any]):
    grades = GradeSerializer(many=True)
    next = serializers.IntegerField(help_text="Send it as `since` the next time.")
    has_more = serializers.BooleanField(help_text="Ask again now, not later.")
