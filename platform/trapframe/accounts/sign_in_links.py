"""One-time links that sign a learner in, made for a learning-management system."""

from datetime import timedelta

from django.utils import timezone

from trapframe.accounts.hashed_secrets import digest, new_secret
from trapframe.accounts.models import SignInLink, User

PREFIX = "tfl_"


def make_link(user: User, *, next_path: str, lifetime: timedelta) -> str:
    """Keep a new link for a person; returns its secret, for accounts:sign-in-link.

    ``next_path`` is where the person lands: a path of this site, starting with one
    slash. Raises ValueError for anything else, so that no link leads elsewhere.
    """
    if not next_path.startswith("/") or next_path[1:2] in {"/", "\\"}:
        raise ValueError(f"{next_path!r} is no path of this site")
    secret = new_secret(PREFIX)
    SignInLink.objects.create(
        user=user,
        digest=digest(secret),
        next_path=next_path,
        expires_at=timezone.now() + lifetime,
    )
    return secret


def find_link(secret: str) -> SignInLink | None:
    """The link of a secret while it can still be used; using it is ``use_link``."""
    return (
        SignInLink.objects.select_related("user")
        .filter(
            digest=digest(secret),
            used_at__isnull=True,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )


def use_link(secret: str) -> User | None:
    """The person whom the link signs in, once; None when it is used or run out."""
    link = find_link(secret)
    if link is None:
        return None
    # The count decides: of two requests at the same moment, one gets the row.
    won = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True).update(
        used_at=timezone.now()
    )
    return link.user if won else None
