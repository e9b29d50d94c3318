"""Who calls: a bearer token of a program, or the session of a person's own page."""

from rest_framework import authentication, exceptions
from rest_framework.request import Request

from trapframe.accounts import tokens
from trapframe.accounts.models import ApiToken, User

REALM = 'Bearer realm="Trapframe"'


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer tf_...``; first in the list, so that a 401 names it."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = authentication.get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        token = tokens.authenticate(_secret(parts))
        if token is None:
            raise exceptions.AuthenticationFailed(
                "This token is unknown, revoked or has run out.", code="invalid_token"
            )
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return REALM


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; everything but reading needs the CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(
                "Send the CSRF token of this session in the header X-CSRFToken.",
                code="csrf_failed",
            ) from error


def _secret(parts: list[bytes]) -> str:
    """The one word after ``Bearer``; anything else opens no token."""
    secret = b" ".join(parts[1:])
    return secret.decode("ascii", errors="replace")
