"""The grade book of a course: a page, and the same as CSV."""

import csv
from decimal import Decimal
from http import HTTPStatus

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from quizzes.domain.queries.authored import own_course, own_courses
from quizzes.domain.queries.gradebook import gradebook_rows, learners_of
from trapframe.web.instructors import instructors_only, page

ROWS = 50
# A cell that begins so is taken for a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@instructors_only
def gradebooks(request: HttpRequest) -> HttpResponse:
    courses = own_courses(request.user)
    return page(
        request, "staff/gradebooks.html", {"title": "Grade books", "courses": courses}
    )


@require_safe
@instructors_only
def gradebook(request: HttpRequest, course: str) -> HttpResponse:
    found = own_course(request.user, course)
    assessments = list(found.assessments.all())
    learners = Paginator(learners_of(found), ROWS).get_page(request.GET.get("page"))
    rows = gradebook_rows(assessments, list(learners))
    context = {
        "title": f"Grade book of {found}",
        "course": found,
        "assessments": assessments,
        "learners": learners,
        "rows": [
            (row.user, [row.percents.get(item.pk) for item in assessments])
            for row in rows
        ],
    }
    return page(request, "staff/gradebook.html", context)


@require_safe
@instructors_only
def as_csv(request: HttpRequest, course: str) -> HttpResponse:
    found = own_course(request.user, course)
    assessments = list(found.assessments.all())
    response = HttpResponse(
        status=HTTPStatus.OK,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="gradebook-{found.key}.csv"',
            "X-Content-Type-Options": "nosniff",
        },
    )
    sheet = csv.writer(response)
    titles = [_cell(assessment.title) for assessment in assessments]
    sheet.writerow(["user name", "first name", "last name", "e-mail", *titles])
    for row in gradebook_rows(assessments, list(learners_of(found))):
        person = row.user
        names = [person.username, person.first_name, person.last_name, person.email]
        percents = [_percent(row.percents.get(item.pk)) for item in assessments]
        sheet.writerow([*map(_cell, names), *percents])
    return response


def _cell(text: str) -> str:
    """Text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _percent(value: Decimal | None) -> str:
    return "" if value is None else str(value)
