"""Dead jobs and the health of the queue."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from quizzes.domain.queries.queue import (
    conservation,
    dead_jobs,
    heartbeats,
    queue_depths,
)
from quizzes.domain.queries.staff import dead_job
from quizzes.domain.retrying import retry_dead_job
from trapframe.web.instructors import attempt, instructors_only, page

ROWS = 30
# Workers beat every few seconds; one that is silent for this long is gone.
SILENT = timedelta(seconds=60)


@require_safe
@instructors_only
def dead(request: HttpRequest) -> HttpResponse:
    jobs = Paginator(dead_jobs(request.user), ROWS)
    context = {"title": "Dead jobs", "jobs": jobs.get_page(request.GET.get("page"))}
    return page(request, "staff/dead_jobs.html", context)


@require_POST
@instructors_only
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    job = dead_job(request.user, uuid)
    if attempt(request, retry_dead_job, job, user=request.user) is not None:
        messages.success(request, "The job is queued again.")
    return redirect("staff:dead-jobs")


@require_safe
@instructors_only
def health(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    beats = [
        (beat, int((now - beat.seen_at).total_seconds()), now - beat.seen_at < SILENT)
        for beat in heartbeats()
    ]
    context = {
        "title": "Queue health",
        "lanes": queue_depths(),
        "beats": beats,
        "law": conservation(),
    }
    return page(request, "staff/health.html", context)
