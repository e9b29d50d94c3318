"""Before an attempt: courses, chapters, the card of an assessment."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from quizzes.domain.errors import ConflictError
from quizzes.domain.progress import (
    chapter_progress,
    chapters_progress,
    mark_chapter_read,
)
from quizzes.domain.queries import catalog
from quizzes.domain.starting import start_assessment
from trapframe.learner.figures import figure_svg
from trapframe.web.refusals import answers_refusals


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "learner/welcome.html")
    context = {"courses": catalog.courses_for(request.user), "section": "courses"}
    return render(request, "learner/home.html", context)


@login_required
@require_GET
@answers_refusals
def course(request: HttpRequest, course_key: str) -> HttpResponse:
    found = catalog.course_for(request.user, course_key)
    context = {
        "course": found,
        "chapters": chapters_progress(catalog.chapters_of(found), user=request.user),
        "section": "courses",
    }
    return render(request, "learner/course.html", context)


@login_required
@require_GET
@answers_refusals
def chapter(request: HttpRequest, course_key: str, chapter_key: str) -> HttpResponse:
    found = catalog.chapter_for(request.user, course_key, chapter_key)
    context = {
        "course": found.course,
        "chapter": found,
        "progress": chapter_progress(found, user=request.user),
        "figure": figure_svg(found.figure),
        "section": "courses",
    }
    return render(request, "learner/chapter.html", context)


@login_required
@require_POST
@answers_refusals
def read(request: HttpRequest, course_key: str, chapter_key: str) -> HttpResponse:
    found = catalog.chapter_for(request.user, course_key, chapter_key)
    mark_chapter_read(found, user=request.user)
    messages.success(request, "Marked as read.")
    return redirect("learner:chapter", course_key, chapter_key)


@login_required
@require_GET
@answers_refusals
def assessment(
    request: HttpRequest, course_key: str, assessment_key: str
) -> HttpResponse:
    found = catalog.assessment_for(request.user, course_key, assessment_key)
    context = {
        "course": found.course,
        "assessment": found,
        "card": catalog.assessment_card(found, user=request.user),
        "section": "courses",
    }
    return render(request, "learner/assessment.html", context)


@login_required
@answers_refusals
def start(request: HttpRequest, course_key: str, assessment_key: str) -> HttpResponse:
    if request.method != "POST":  # back from signing in: ask again on the card
        return redirect("learner:assessment", course_key, assessment_key)
    found = catalog.assessment_for(request.user, course_key, assessment_key)
    try:
        instance = start_assessment(found, user=request.user)
    except ConflictError as error:
        messages.error(request, error.message)
        return redirect("learner:assessment", course_key, assessment_key)
    return redirect("learner:question", instance.uuid, 1)


@login_required
@require_GET
def attempts(request: HttpRequest) -> HttpResponse:
    context = {
        "attempts": catalog.attempt_rows(user=request.user),
        "section": "attempts",
    }
    return render(request, "learner/attempts.html", context)
