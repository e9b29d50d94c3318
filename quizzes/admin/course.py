"""Courses, their chapters and who takes part."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model

from quizzes.admin.scope import (
    CourseRows,
    ReadOnlyRows,
    Request,
)
from quizzes.admin.shown import as_text
from quizzes.domain.enrolling import enrol
from quizzes.domain.queries.authored import own_courses
from quizzes.enums import Role
from quizzes.models import Chapter, Course, Enrolment


@admin.register(Course)
class CourseAdmin(CourseRows):
    course_path = "pk"
    list_display = ["title", "key", "is_open"]
    fields = ["key", "title", "summary", "is_open"]

    def has_add_permission(self, request: Request) -> bool:
        return bool(request.user.is_superuser)

    def get_readonly_fields(
        self, request: Request, obj: Model | None = None
    ) -> list[str]:
        # Files and addresses name a course by its key.
        return ["key"] if obj else []


@admin.register(Chapter)
class ChapterAdmin(ReadOnlyRows):
    list_display = ["title", "number", "course", "level", "minutes"]
    list_select_related = ["course"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter)]
    fields = ["course", "key", "number", "title", "level", "minutes", "text"]

    @admin.display(description="Source")
    def text(self, chapter: Chapter) -> str:
        return as_text(chapter.source, "Source")


class EnrolmentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Names a person by user name: instructors get no list of all people."""

    username = forms.CharField(max_length=150, label="User name")

    class Meta:
        model = Enrolment
        fields = ["course", "role"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        username, course = cleaned.get("username"), cleaned.get("course")
        user = get_user_model().objects.filter(username=username).first()
        if username and user is None:
            self.add_error("username", f"Nobody has the user name “{username}”.")
        elif course and course.enrolments.filter(user=user).exists():
            self.add_error("username", f"{user} already takes part in {course}.")
        cleaned["user"] = user
        return cleaned


@admin.register(Enrolment)
class EnrolmentAdmin(CourseRows):
    list_display = ["user", "course", "role", "created_at"]
    list_select_related = ["user", "course"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter), "role"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]

    def get_form(
        self,
        request: Request,
        obj: Model | None = None,
        change: bool = False,  # noqa: FBT001, FBT002  as the admin calls it
        **kwargs: Any,
    ) -> type[Any]:
        if obj is None:
            kwargs["form"] = EnrolmentForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: Request, obj: Model | None = None) -> list[Any]:
        if obj is None:
            return ["course", "username", "role"]
        return ["course", "user", "role"]

    def get_readonly_fields(
        self, request: Request, obj: Model | None = None
    ) -> list[str]:
        return ["course", "user"] if obj else []

    def formfield_for_foreignkey(
        self, db_field: Any, request: Request, **kwargs: Any
    ) -> Any:
        if db_field.name == "course":
            kwargs["queryset"] = own_courses(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: Request, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def save_model(
        self,
        request: Request,
        obj: Enrolment,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        enrolment = enrol(
            obj.course, user=form.cleaned_data["user"], role=Role(obj.role)
        )
        obj.pk, obj.user = enrolment.pk, enrolment.user
