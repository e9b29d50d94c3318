"""Which workers can observe, and what their machines let them do."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from quizzes.domain.live_workers import SILENT_SECONDS
from quizzes.domain.queries.fidelity import live_workers
from trapframe.web.instructors import instructors_only, page

ROWS = 30


@require_safe
@instructors_only
def workers(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    listed = Paginator(live_workers(), ROWS).get_page(request.GET.get("page"))
    rows = []
    for worker in listed:
        seconds = int((now - worker.seen_at).total_seconds())
        rows.append((worker, seconds, seconds < SILENT_SECONDS))
    context = {"title": "Live workers", "workers": listed, "rows": rows}
    return page(request, "staff/live_workers.html", context)
