"""During an attempt: its questions, drafts, submitting, finishing."""

import time
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.domain.drafting import save_draft
from quizzes.domain.errors import ConflictError, DomainError, InvalidInputError
from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.attempts import instance_for, question_rows, score_of
from quizzes.domain.queries.question_page import question_page, variant_at
from quizzes.domain.queries.review import review_rows
from quizzes.domain.submitting import submit_answer
from quizzes.enums import InstanceState
from trapframe.learner.answers import (
    answer_of,
    draft_of,
    keep_until_sign_in,
    take_kept,
)
from trapframe.web.arrival import waited
from trapframe.web.refusals import answers_refusals


@login_required
@require_GET
@never_cache
@answers_refusals
def instance(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = instance_for(request.user, uuid)
    if found.state == InstanceState.FINISHED:
        return redirect("learner:review", uuid)
    rows = question_rows(found)
    context = {
        "instance": found,
        "rows": rows,
        "score": score_of(rows),
        "is_owner": found.user_id == request.user.pk,
        "section": "attempts",
    }
    return render(request, "learner/instance.html", context)


@login_required
@require_GET
@never_cache
@answers_refusals
def question(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    kept = take_kept(request, request.path)
    if kept is not None:
        _keep_as_draft(request, uuid, number, kept)
    page = question_page(request.user, uuid, number)
    is_owner = page.instance.user_id == request.user.pk
    context = {
        "page": page,
        "is_owner": is_owner,
        "can_answer": is_owner and page.row.is_open,
        "section": "attempts",
    }
    return render(request, "learner/question.html", context)


@require_http_methods(["PUT", "POST"])
@answers_refusals
def draft(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """PUT is the script's way, POST the button's of pages without scripts."""
    if request.method == "POST":
        return _draft_by_form(request, uuid, number)
    if not request.user.is_authenticated:
        text = "You are signed out: sign in again in another tab, then change a thing."
        return JsonResponse({"code": "signed_out", "message": text}, status=401)
    try:
        answer, seq = draft_of(request)
        variant = variant_at(request.user, uuid, number)
        saved = save_draft(
            variant, user=request.user, answer=answer, seq=seq, waited=waited(request)
        )
    except DomainError as error:
        return JsonResponse(
            {"code": error.code, "message": error.message}, status=error.status_hint
        )
    return JsonResponse({"seq": saved.seq})


@require_http_methods(["GET", "HEAD", "POST"])
@answers_refusals
def submit(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    place = reverse("learner:question", args=[uuid, number])
    if request.method != "POST":
        return redirect(place)
    if not request.user.is_authenticated:
        keep_until_sign_in(request, place)
        return redirect_to_login(place)
    answer = answer_of(request)
    variant = variant_at(request.user, uuid, number)
    try:
        result = submit_answer(
            variant,
            user=request.user,
            raw=answer,
            idempotency_key=request.POST.get("key", ""),
            waited=waited(request),
        )
    except InvalidInputError as error:
        _keep_as_draft(request, uuid, number, answer)
        messages.error(request, error.message)
        return redirect(place)
    except ConflictError as error:
        messages.error(request, _of_conflict(error))
        return redirect(place)
    return redirect("learner:submission", result.submission.uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@answers_refusals
def finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = instance_for(request.user, uuid)
    if request.method == "POST":
        finish_instance(found, user=request.user)
        messages.success(request, "The attempt is finished.")
        return redirect("learner:review", uuid)
    if found.state == InstanceState.FINISHED:
        return redirect("learner:review", uuid)
    context = {
        "instance": found,
        "unanswered": [row for row in question_rows(found) if not row.tries_spent],
        "section": "attempts",
    }
    return render(request, "learner/finish.html", context)


@login_required
@require_GET
@never_cache
@answers_refusals
def review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = instance_for(request.user, uuid)
    rows = review_rows(found)
    context = {
        "instance": found,
        "rows": rows,
        "score": score_of([row.row for row in rows]),
        "is_owner": found.user_id == request.user.pk,
        "section": "attempts",
    }
    return render(request, "learner/review.html", context)


def _draft_by_form(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    place = reverse("learner:question", args=[uuid, number])
    if not request.user.is_authenticated:
        keep_until_sign_in(request, place)
        return redirect_to_login(place)
    if _keep_as_draft(request, uuid, number, answer_of(request)):
        messages.success(request, "Saved. It is not submitted yet.")
    return redirect(place)


def _of_conflict(error: ConflictError) -> str:
    if error.code == "idempotency_mismatch":
        return "This try was already submitted, with another answer, in another window."
    return error.message


def _keep_as_draft(
    request: HttpRequest, uuid: UUID, number: int, answer: dict[str, object]
) -> bool:
    """Save what could not be submitted; says why not when that fails too."""
    variant = variant_at(request.user, uuid, number)
    try:
        # Scripts count by this clock too, so the newest of both wins.
        seq = time.time_ns() // 1_000_000
        save_draft(
            variant, user=request.user, answer=answer, seq=seq, waited=waited(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return False
    return True
