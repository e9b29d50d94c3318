"""Courses, chapters and assessments, as everybody who may see them sees them."""

from typing import Any

from rest_framework import serializers

from quizzes.enums import AssessmentKind, Role, ScorePolicy


class CourseSerializer(serializers.Serializer[Any]):
    key = serializers.SlugField()
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    is_open = serializers.BooleanField(help_text="Starting an attempt enrols.")
    role = serializers.ChoiceField(
        choices=Role.choices, allow_null=True, help_text="The caller's; null: none."
    )


class ChapterRowSerializer(serializers.Serializer[Any]):
    key = serializers.SlugField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    level = serializers.CharField(allow_blank=True)
    minutes = serializers.IntegerField(help_text="Reading time.")


class CourseDetailSerializer(CourseSerializer):
    chapters = ChapterRowSerializer(many=True)


class ObjectiveSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    text = serializers.CharField()


class ChapterSerializer(ChapterRowSerializer):
    objectives = ObjectiveSerializer(many=True)
    intro_html = serializers.CharField(allow_blank=True)
    body_html = serializers.CharField(allow_blank=True)


class AssessmentSerializer(serializers.Serializer[Any]):
    key = serializers.SlugField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=AssessmentKind.choices)
    chapter = serializers.SlugField(source="chapter_key", allow_null=True)
    instructions = serializers.CharField(allow_blank=True)
    attempts_allowed = serializers.IntegerField(
        allow_null=True, help_text="Null: as many as the learner wants."
    )
    tries_per_question = serializers.IntegerField()
    score_policy = serializers.ChoiceField(
        choices=ScorePolicy.choices, help_text="Which try of a question counts."
    )
    time_limit_minutes = serializers.IntegerField(allow_null=True)
    question_count = serializers.IntegerField()
