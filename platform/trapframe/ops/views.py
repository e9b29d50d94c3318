from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trapframe.ops import health


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers: nothing else is asked, so that nothing else restarts it."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether a submission made now would be stored and graded."""
    checks = health.run_checks()
    ready = all(check.ok for check in checks.values())
    body = {
        "status": "ok" if ready else "not ready",
        "checks": {name: check.as_json() for name, check in checks.items()},
    }
    response = JsonResponse(body, status=200 if ready else 503)
    # Probes ask each second: Django would log each 503 as an error of ours.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
