"""Assessments and their slots: which questions, how many tries, how long."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model

from quizzes.admin.scope import (
    CourseRows,
    LabelledFormSet,
    Request,
    TabularInline,
)
from quizzes.domain.queries.authored import own_courses
from quizzes.enums import VersionState
from quizzes.models import Assessment, Chapter, Question, QuestionVersion, Slot


class SlotForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Slot
        fields = ["number", "question", "pinned_version", "max_mark"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        question, pinned = cleaned.get("question"), cleaned.get("pinned_version")
        if question and self.instance.assessment.course_id != question.course_id:
            self.add_error("question", "This question belongs to another course.")
        if question and pinned and pinned.question_id != question.pk:
            self.add_error("pinned_version", f"This is not a version of {question}.")
        return cleaned


class SlotInline(TabularInline):
    model = Slot
    form = SlotForm
    formset = LabelledFormSet
    extra = 0

    def formfield_for_foreignkey(
        self, db_field: Any, request: Request, **kwargs: Any
    ) -> Any:
        courses = own_courses(request.user)
        if db_field.name == "question":
            kwargs["queryset"] = Question.objects.filter(course__in=courses)
        if db_field.name == "pinned_version":
            kwargs["queryset"] = QuestionVersion.objects.filter(
                question__course__in=courses, state=VersionState.PUBLISHED
            ).select_related("question")
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        # Read once: each row of the inline would ask for the same choices again.
        field.choices = list(field.choices)
        return field

    def has_add_permission(self, request: Request, obj: Model | None = None) -> bool:
        return True

    has_view_permission = has_add_permission
    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


@admin.register(Assessment)
class AssessmentAdmin(CourseRows):
    list_display = ["title", "course", "kind", "attempts_allowed", "tries_per_question"]
    list_select_related = ["course"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter), "kind"]
    search_fields = ["title", "key"]
    inlines = [SlotInline]
    fields = [
        "course",
        "chapter",
        "key",
        "title",
        "kind",
        "instructions",
        "position",
        "attempts_allowed",
        "tries_per_question",
        "score_policy",
        "time_limit_minutes",
    ]

    def get_readonly_fields(
        self, request: Request, obj: Model | None = None
    ) -> list[str]:
        return ["course", "key"] if obj else []

    def formfield_for_foreignkey(
        self, db_field: Any, request: Request, **kwargs: Any
    ) -> Any:
        courses = own_courses(request.user)
        if db_field.name == "course":
            kwargs["queryset"] = courses
        if db_field.name == "chapter":
            kwargs["queryset"] = Chapter.objects.filter(course__in=courses)
            kwargs["required"] = False
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
