"""A version as a learner would see it, for any seed."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

import simulator
from quizzes.domain.authoring import preview_question
from quizzes.domain.queries.authored import own_version
from quizzes.domain.queries.question_page import ScenarioSummary, summary_of
from quizzes.models import QuestionVersion
from quizzes.question_types.base import Presentation
from trapframe.web.instructors import instructors_only, page

# Seeds are drawn below this; a larger one could not be stored.
SEEDS = 2**31

_View = TypeVar("_View", bound=Callable[..., HttpResponse])


def _policy(directive: str) -> Callable[[_View], _View]:
    """Open the directive to our own pages; the package's types know no arguments."""
    return cast("Callable[[_View], _View]", csp_replace({directive: ["'self'"]}))


@require_safe
@instructors_only
@_policy("frame-src")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    version = own_version(request.user, pk)
    seed = _seed(request)
    _, params, problem = _present(version, seed)
    context = {
        "title": f"Preview of {version}",
        "version": version,
        "seed": seed,
        "previous": seed - 1 if seed else None,
        "next": seed + 1 if seed + 1 < SEEDS else None,
        "last_seed": SEEDS - 1,
        "params": params,
        "problem": problem,
    }
    return page(request, "author/preview.html", context)


@require_safe
@instructors_only
@xframe_options_sameorigin  # the one page that may be framed, by ours alone
@_policy("frame-ancestors")
def frame(request: HttpRequest, pk: int) -> HttpResponse:
    """The learner's own markup, alone; it stands in a frame of the page above."""
    version = own_version(request.user, pk)
    presentation, params, problem = _present(version, _seed(request))
    context = {
        "version": version,
        "presentation": presentation,
        "scenario": _scenario(version, params),
        "problem": problem,
    }
    return render(request, "author/preview_frame.html", context)


def _scenario(
    version: QuestionVersion, params: dict[str, Any]
) -> ScenarioSummary | None:
    """The scenario in words, from its text as it is now: a draft's may change."""
    pinned = version.scenario_version
    if pinned is None or not params:
        return None
    return summary_of(simulator.load_scenario(pinned.source), params)


def _present(
    version: QuestionVersion, seed: int
) -> tuple[Presentation | None, dict[str, Any], str]:
    """What is shown, its parameters, and why nothing can be shown."""
    try:
        presentation, params = preview_question(version, seed=seed)
    except simulator.SimulatorError as error:
        return None, {}, str(error)
    return presentation, params, ""


def _seed(request: HttpRequest) -> int:
    asked = request.GET.get("seed", "0")
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= len(str(SEEDS))
    if not is_number or int(asked) >= SEEDS:
        raise Http404
    return int(asked)
