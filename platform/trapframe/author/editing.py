"""The editor: a text is checked, saved or sent back with its problems, never lost."""

import hashlib
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from quizzes.domain.authoring import newest_version, save_question
from quizzes.domain.errors import DomainError
from quizzes.domain.queries.authored import (
    own_course,
    own_question,
    own_scenario,
    own_scenario_versions,
)
from quizzes.models import QuestionVersion, ScenarioVersion
from trapframe.author.difference import difference
from trapframe.author.texts import Text, question_text, scenario_text
from trapframe.web.instructors import attempt, instructors_only, page

edits = require_http_methods(["GET", "HEAD", "POST"])


@edits
@instructors_only
def new_question(request: HttpRequest, course: str) -> HttpResponse:
    return _edit(request, question_text(own_course(request.user, course), None))


@require_POST
@instructors_only
def check_new_question(request: HttpRequest, course: str) -> HttpResponse:
    return _check(request, question_text(own_course(request.user, course), None))


@edits
@instructors_only
def edit_question(request: HttpRequest, pk: int) -> HttpResponse:
    question = own_question(request.user, pk)
    return _edit(request, question_text(question.course, question))


@require_POST
@instructors_only
def check_question(request: HttpRequest, pk: int) -> HttpResponse:
    question = own_question(request.user, pk)
    return _check(request, question_text(question.course, question))


@require_POST
@instructors_only
def repin_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the newest text as it is, which takes the newest version of its scenario."""
    question = own_question(request.user, pk)
    newest = newest_version(question)
    saved = attempt(
        request,
        save_question,
        question.course,
        source=newest.source,
        author=request.user,
    )
    if saved is not None:
        messages.success(request, f"{saved} runs {saved.scenario_version} now.")
    return redirect("author:question", pk)


@edits
@instructors_only
def new_scenario(request: HttpRequest) -> HttpResponse:
    return _edit(request, scenario_text(None, None))


@require_POST
@instructors_only
def check_new_scenario(request: HttpRequest) -> HttpResponse:
    return _check(request, scenario_text(None, None))


@edits
@instructors_only
def edit_scenario(request: HttpRequest, key: str) -> HttpResponse:
    return _edit(request, _scenario(request, key))


@require_POST
@instructors_only
def check_scenario(request: HttpRequest, key: str) -> HttpResponse:
    return _check(request, _scenario(request, key))


def _scenario(request: HttpRequest, key: str) -> Text:
    scenario = own_scenario(request.user, key)
    mine = own_scenario_versions(request.user).filter(scenario=scenario)
    return scenario_text(scenario, mine.order_by("-number").first())


def _edit(request: HttpRequest, text: Text) -> HttpResponse:
    """Show the text, or take it: pages of the editor post to themselves."""
    if request.method == "POST":
        return _save(request, text)
    return _editor(request, text, text.newest.source if text.newest else text.start)


def _check(request: HttpRequest, text: Text) -> HttpResponse:
    source = _typed(request)
    problems = text.problems(source)
    base = request.POST.get("base", "")
    return _editor(
        request, text, source, problems=problems, is_sound=not problems, base=base
    )


def _save(request: HttpRequest, text: Text) -> HttpResponse:
    source = _typed(request)
    problems = text.problems(source)
    if problems:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        base = request.POST.get("base", "")
        return _editor(
            request, text, source, status=status, problems=problems, base=base
        )
    if text.newest and request.POST.get("base", "") != _base(text):
        # Saving once more, with what is the newest now in sight, goes through.
        lines = difference(text.newest.source, source)
        status = HTTPStatus.CONFLICT
        return _editor(request, text, source, status=status, conflict=lines)
    try:
        version = text.save(source, request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return _editor(
            request,
            text,
            source,
            status=HTTPStatus(error.status_hint),
            problems=error.problems,
        )
    messages.success(request, f"Saved: {version} ({version.get_state_display()}).")
    return _go_to(version)


def _go_to(version: QuestionVersion | ScenarioVersion) -> HttpResponse:
    if isinstance(version, QuestionVersion):
        return redirect("author:question", version.question_id)
    return redirect("author:scenario", version.scenario.key)


def _typed(request: HttpRequest) -> str:
    # Browsers send CRLF; line numbers and digests are those of the file.
    return request.POST.get("source", "").replace("\r\n", "\n")


def _base(text: Text) -> str:
    """Names the newest stored text, to notice another author's save in between."""
    if text.newest is None:
        return ""
    digest = hashlib.sha256(text.newest.source.encode()).hexdigest()
    return f"{text.newest.pk}-{digest[:16]}"


def _editor(
    request: HttpRequest,
    text: Text,
    source: str,
    *,
    status: int = HTTPStatus.OK,
    **results: Any,
) -> HttpResponse:
    context = {"base": _base(text), **results}
    return page(
        request,
        "author/editor.html",
        {"title": text.title, "text": text, "source": source, **context},
        status=status,
    )
