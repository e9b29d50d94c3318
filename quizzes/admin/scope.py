"""Who sees which row: instructors those of their courses, superusers all."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet, Form

from quizzes.domain.queries.authored import own_courses

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    InlineFormSet = BaseInlineFormSet

# The admin hands requests over; their class belongs to the web side.
Request = Any


class CourseRows(ModelAdmin):
    """A table whose rows belong to courses; `course_path` leads from a row to its own.

    Rows of other courses do not exist here: not in lists, not by address.
    """

    course_path = "course"
    actions = None
    save_on_top = False

    def get_queryset(self, request: Request) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        courses = own_courses(request.user)
        return rows.filter(**{f"{self.course_path}__in": courses})

    def has_module_permission(self, request: Request) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: Request, obj: Model | None = None) -> bool:
        return self._is_own(request, obj)

    def has_add_permission(self, request: Request) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: Request, obj: Model | None = None) -> bool:
        return self._is_own(request, obj)

    def has_delete_permission(self, request: Request, obj: Model | None = None) -> bool:
        return False

    def _is_own(self, request: Request, obj: Model | None) -> bool:
        if not self.has_module_permission(request):
            return False
        if obj is None or request.user.is_superuser:
            return True
        return self.get_queryset(request).filter(pk=obj.pk).exists()


class ReadOnlyRows(CourseRows):
    """A table to look at: its rows are made by the domain's verbs alone."""

    def has_add_permission(self, request: Request) -> bool:
        return False

    def has_change_permission(self, request: Request, obj: Model | None = None) -> bool:
        return False


class LabelledFormSet(InlineFormSet):
    """Inline rows whose inputs say what they are: the table's head labels none."""

    def add_fields(self, form: Form, index: int | None) -> None:
        super().add_fields(form, index)
        row = "new row" if index is None else f"row {index + 1}"
        for name, field in form.fields.items():
            label = field.label or name.replace("_", " ")
            # The admin wraps a choice of rows in a widget that renders another.
            widget: Any = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = f"{label}, {row}"
