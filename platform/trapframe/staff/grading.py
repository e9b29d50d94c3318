"""Answers that wait for a person: the queue, and grading one of them."""

from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from quizzes.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quizzes.domain.queries.queue import review_queue
from quizzes.domain.queries.staff import review_job
from quizzes.domain.reviewing import grade_manually
from quizzes.enums import JobState
from quizzes.models import GradingJob
from quizzes.specs import QuestionSpec, RubricItem
from trapframe.web.instructors import instructors_only, page

ROWS = 30


@require_safe
@instructors_only
def queue(request: HttpRequest) -> HttpResponse:
    waiting = Paginator(review_queue(request.user), ROWS)
    context = {
        "title": "Review queue",
        "jobs": waiting.get_page(request.GET.get("page")),
    }
    return page(request, "staff/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def grade(request: HttpRequest, uuid: UUID) -> HttpResponse:
    job = review_job(request.user, uuid)
    if job.state != JobState.NEEDS_GRADING:
        return _already_graded(request)
    if request.method == "POST":
        return _save(request, job)
    return _form(request, job)


def _save(request: HttpRequest, job: GradingJob) -> HttpResponse:
    points, errors = _points(request, _rubric(job))
    reason = request.POST.get("reason", "")
    if not reason.strip():
        errors["reason"] = "Say why you graded so: the learner reads it."
    if errors:
        return _form(request, job, errors=errors)
    try:
        grade_manually(job, grader=request.user, points=points, reason=reason)
    except ConflictError:
        return _already_graded(request)
    except InvalidInputError as error:
        return _form(request, job, errors={"": error.message})
    messages.success(request, "Graded.")
    return _next(request)


def _already_graded(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request,
        "Somebody has graded this answer in the meantime. "
        "Their grade stands, yours was not saved.",
    )
    return redirect("staff:queue")


def _next(request: HttpRequest) -> HttpResponse:
    following = review_queue(request.user).first()
    if following is None:
        return redirect("staff:queue")
    return redirect("staff:grade", following.uuid)


def _rubric(job: GradingJob) -> tuple[RubricItem, ...]:
    spec = QuestionSpec.from_json(job.submission.variant.question_version.spec)
    items: tuple[RubricItem, ...] = getattr(spec.body, "rubric", ())
    if not items:
        raise NotFoundError("answer that a person grades")
    return items


def _points(
    request: HttpRequest, rubric: tuple[RubricItem, ...]
) -> tuple[dict[str, Decimal], dict[str, str]]:
    points: dict[str, Decimal] = {}
    errors: dict[str, str] = {}
    for item in rubric:
        field = f"points-{item.key}"
        try:
            value = Decimal(request.POST.get(field, "").strip())
        except InvalidOperation:
            errors[field] = f"Give a number from 0 to {item.points}."
            continue
        if not value.is_finite() or not 0 <= value <= item.points:
            errors[field] = f"Give a number from 0 to {item.points}."
        points[item.key] = value
    return points, errors


def _form(
    request: HttpRequest, job: GradingJob, *, errors: dict[str, str] | None = None
) -> HttpResponse:
    errors = errors or {}
    variant = job.submission.variant
    items = [_item(request, item, errors) for item in _rubric(job)]
    context: dict[str, Any] = {
        "title": f"Grade: {variant.question_version.title}",
        "job": job,
        "variant": variant,
        # Rendered and sanitised when the variant was made.
        "prompt": mark_safe(variant.presentation["prompt_html"]),  # noqa: S308
        "answer": job.submission.answer.get("text", ""),
        "items": items,
        "most": sum(item["points"] for item in items),
        "reason": request.POST.get("reason", ""),
        "reason_error": errors.get("reason", ""),
        "errors": errors,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(request, "staff/grade.html", context, status=status)


def _item(
    request: HttpRequest, item: RubricItem, errors: dict[str, str]
) -> dict[str, Any]:
    field = f"points-{item.key}"
    return {
        "field": field,
        "points": item.points,
        "statement": item.statement,
        "value": request.POST.get(field, ""),
        "error": errors.get(field, ""),
    }
