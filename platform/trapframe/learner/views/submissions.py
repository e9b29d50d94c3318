"""After submitting: the job's way, then the verdict with its evidence."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from quizzes.domain.queries.attempts import submission_for
from quizzes.domain.queries.evidence import evidence_for
from quizzes.domain.queries.question_page import question_page
from quizzes.domain.queries.watching import submission_state
from trapframe.web.refusals import answers_refusals


@login_required
@require_GET
@never_cache
@answers_refusals
def submission(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = submission_for(request.user, uuid)
    # The state first: what is read after it is at least as new, so that a verdict is
    # never shown beside a question that still waits for it.
    state = submission_state(uuid)
    place = found.variant.instance_question
    page = question_page(request.user, place.instance.uuid, place.number)
    context = {
        "submission": found,
        "page": page,
        "state": state,
        "evidence": evidence_for(found, viewer=request.user),
        "is_owner": page.instance.user_id == request.user.pk,
        "section": "attempts",
    }
    return render(request, "learner/submission.html", context)
