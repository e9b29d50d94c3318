"""What a caller may ask: each endpoint names the scopes that it accepts."""

from typing import Any, cast

from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from trapframe.accounts.models import ApiToken, Scope, User

# A person's own page may do what the person may, but never speak as an LMS.
SESSION_SCOPES = frozenset({Scope.LEARNER, Scope.STAFF})


class ScopeMissingError(exceptions.PermissionDenied):
    """The token is good, but not made for this endpoint."""

    def __init__(self, accepted: frozenset[Scope]) -> None:
        self.accepted = sorted(accepted)
        names = " or ".join(self.accepted)
        super().__init__(f"This needs a token with the scope {names}.", "scope_missing")


class HasScope(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        if granted_scopes(request) & view.scopes:
            return True
        raise ScopeMissingError(view.scopes)


def granted_scopes(request: Request) -> frozenset[Scope]:
    """The scopes of the request's token; of a session, what its person may do."""
    token = request.auth
    if isinstance(token, ApiToken):
        return frozenset(Scope(name) for name in token.scopes)
    return SESSION_SCOPES


def caller(request: Request) -> User:
    """The person behind a request that passed ``HasScope``."""
    return cast("User", request.user)
