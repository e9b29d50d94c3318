"""System checks of our own settings: what would be unsafe is an error with an id."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error

_SHORTEST_KEY = 50
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def check_production(**_kwargs: Any) -> Sequence[Error]:
    """With `check --deploy`: what a production system must not run with."""
    found = []
    if settings.EMBEDDED:
        found.append(
            Error(
                "The embedded PostgreSQL or Redis would be used.",
                hint="Set DATABASE_URL and CELERY_BROKER_URL to services of your own.",
                id="trapframe.E001",
            )
        )
    if settings.DEMO:
        found.append(
            Error(
                "This is the demo: its accounts have a password that all know.",
                hint="Remove TRAPFRAME_DEMO from the environment.",
                id="trapframe.E002",
            )
        )
    if settings.DEBUG:
        found.append(
            Error(
                "Error pages would show the settings and the code.",
                hint="Remove TRAPFRAME_DEBUG from the environment.",
                id="trapframe.E003",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "Any Host header would be believed.",
                hint="List the host names of this site in TRAPFRAME_HOSTS.",
                id="trapframe.E004",
            )
        )
    return found


def check_always(**_kwargs: Any) -> Sequence[Error]:
    """In every run: the demo serves this machine alone, production has its own key."""
    found = []
    if settings.DEMO and not _LOOPBACK.issuperset(settings.ALLOWED_HOSTS):
        found.append(
            Error(
                "The demo would answer to names beyond this machine.",
                hint="Remove TRAPFRAME_HOSTS or TRAPFRAME_DEMO from the environment.",
                id="trapframe.E005",
            )
        )
    if not settings.EMBEDDED and not settings.DEMO and not _has_own_key():
        found.append(
            Error(
                "TRAPFRAME_SECRET_KEY is too short, or the one of the demo.",
                hint="Make one: python -c 'import secrets; "
                "print(secrets.token_urlsafe(64))'",
                id="trapframe.E006",
            )
        )
    return found


def _has_own_key() -> bool:
    key = settings.SECRET_KEY
    return len(key) >= _SHORTEST_KEY and not key.startswith("embedded-only")
