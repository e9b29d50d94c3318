"""API tokens: made, recognised and revoked; only a digest of the secret is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from trapframe.accounts.hashed_secrets import digest, new_secret
from trapframe.accounts.models import ApiToken, User

PREFIX = "tf_"
# One write a minute and token tells "last used" well enough.
_LAST_USED_STEP = timedelta(minutes=1)


def issue(
    owner: User,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token; the secret returned beside it can never be read again."""
    secret = new_secret(PREFIX)
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        scopes=list(scopes),
        digest=digest(secret),
        expires_at=expires_at,
    )
    return token, secret


def authenticate(secret: str) -> ApiToken | None:
    """The living token of an active owner that this secret opens, or None."""
    if not secret.startswith(PREFIX):
        return None
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("owner")
        .filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            digest=digest(secret),
            revoked_at__isnull=True,
            owner__is_active=True,
        )
        .first()
    )
    if token is not None:
        _note_use(token, now)
    return token


def tokens_of(owner: User) -> QuerySet[ApiToken]:
    """The owner's tokens, newest first; those revoked are kept out."""
    return owner.api_tokens.filter(revoked_at__isnull=True).order_by("-id")


def revoke(token: ApiToken) -> None:
    """End a token at once; doing it again keeps the first time."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def _note_use(token: ApiToken, now: datetime) -> None:
    if token.last_used_at and now - token.last_used_at < _LAST_USED_STEP:
        return
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    token.last_used_at = now
