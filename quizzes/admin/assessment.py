"""Assessments and their slots: which questions, how many tries, how long."""

from typing import Any

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


class SlotFormSet(LabelledFormSet):
    """Slots take questions of their assessment's course, and versions of these."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            question, pinned = cleaned.get("question"), cleaned.get("pinned_version")
            if question is None:
                continue
            # No course yet: the form above says what is wrong with it.
            if self.instance.course_id not in {None, question.course_id}:
                form.add_error("question", "This question belongs to another course.")
            if pinned and pinned.question_id != question.pk:
                message = f"This is not a version of {question}."
                form.add_error("pinned_version", message)


class SlotInline(TabularInline):
    model = Slot
    formset = SlotFormSet
    fields = ["number", "question", "pinned_version", "max_mark"]
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
