"""The author's desk: courses with their questions, one question, two versions."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from quizzes.domain.queries.authored import newest_versions, own_courses, own_question
from quizzes.models import QuestionVersion, ScenarioVersion
from trapframe.author.difference import difference
from trapframe.author.standing import standing
from trapframe.author.versions import pair
from trapframe.web.instructors import instructors_only, page


@require_safe
@instructors_only
def home(request: HttpRequest) -> HttpResponse:
    courses = [
        (course, [standing(version) for version in newest_versions(course)])
        for course in own_courses(request.user)
    ]
    return page(request, "author/home.html", {"title": "Author", "courses": courses})


@require_safe
@instructors_only
def question(request: HttpRequest, pk: int) -> HttpResponse:
    found = own_question(request.user, pk)
    versions = list(
        found.versions.select_related("author", "scenario_version__scenario")
    )
    context = {
        "title": f"Question {found.key}",
        "question": found,
        "versions": versions,
        "standing": standing(versions[0]) if versions else None,
        "newer_scenario": _newer_scenario(versions[0]) if versions else None,
    }
    return page(request, "author/question.html", context)


def _newer_scenario(version: QuestionVersion) -> ScenarioVersion | None:
    """A newer version of the question's scenario than the one that it runs."""
    pinned = version.scenario_version
    if pinned is None:
        return None
    newer = pinned.scenario.versions.filter(number__gt=pinned.number)
    return newer.order_by("-number").first()


@require_safe
@instructors_only
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    found = own_question(request.user, pk)
    versions = list(found.versions.all())
    before, after = pair(versions, request.GET)
    context = {
        "title": f"What changed in {found.key}",
        "question": found,
        "versions": versions,
        "before": before,
        "after": after,
        "lines": difference(before.source, after.source),
    }
    return page(request, "author/question_diff.html", context)
