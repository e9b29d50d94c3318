"""Scenarios: all that a person may read, one with its versions, two compared."""

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from quizzes.domain.queries.authored import (
    own_scenario,
    own_scenario_versions,
    own_versions_on,
)
from trapframe.author.difference import difference
from trapframe.author.versions import pair
from trapframe.web.instructors import instructors_only, page


@require_safe
@instructors_only
def scenarios(request: HttpRequest) -> HttpResponse:
    versions = own_scenario_versions(request.user)
    newest = versions.values("scenario").annotate(newest=Max("pk")).values("newest")
    rows = versions.filter(pk__in=newest).order_by("scenario__key")
    return page(
        request, "author/scenarios.html", {"title": "Scenarios", "versions": rows}
    )


@require_safe
@instructors_only
def scenario(request: HttpRequest, key: str) -> HttpResponse:
    found = own_scenario(request.user, key)
    versions = list(
        own_scenario_versions(request.user).filter(scenario=found).order_by("-number")
    )
    context = {
        "title": f"Scenario {found.key}",
        "scenario": found,
        "versions": versions,
        "newest": versions[0],
        "questions": own_versions_on(request.user, found),
    }
    return page(request, "author/scenario.html", context)


@require_safe
@instructors_only
def compare(request: HttpRequest, key: str) -> HttpResponse:
    found = own_scenario(request.user, key)
    versions = list(
        own_scenario_versions(request.user).filter(scenario=found).order_by("-number")
    )
    before, after = pair(versions, request.GET)
    context = {
        "title": f"What changed in {found.key}",
        "scenario": found,
        "versions": versions,
        "before": before,
        "after": after,
        "lines": difference(before.source, after.source),
    }
    return page(request, "author/scenario_diff.html", context)
