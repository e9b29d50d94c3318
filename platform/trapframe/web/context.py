"""Template context of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo: pages show its accounts."""
    return {"demo": settings.DEMO}
