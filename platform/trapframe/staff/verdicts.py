"""A verdict with its provenance, and running it again."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

import simulator
from quizzes.domain.queries.staff import own_verdict
from quizzes.domain.rerunning import RerunReport, rerun_verdict
from quizzes.models import Verdict
from trapframe.web.instructors import attempt, instructors_only, page


@require_safe
@instructors_only
def verdict(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, own_verdict(request.user, uuid), None)


@require_POST
@instructors_only
def rerun(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Nothing is stored, so the report is this answer itself."""
    found = own_verdict(request.user, uuid)
    return _page(request, found, attempt(request, rerun_verdict, found))


def _page(
    request: HttpRequest, found: Verdict, report: RerunReport | None
) -> HttpResponse:
    context = {
        "title": f"Verdict on submission {found.job.submission.number} "
        f"of {found.question_version}",
        "verdict": found,
        "submission": found.job.submission,
        "instance": found.job.submission.variant.instance_question.instance,
        "report": report,
        "simulator_version": simulator.SIMULATOR_VERSION,
    }
    return page(request, "staff/verdict.html", context)
