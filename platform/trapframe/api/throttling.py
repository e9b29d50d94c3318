"""How often one caller may ask: by token, else by person, else by address."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from trapframe.accounts.models import ApiToken

if TYPE_CHECKING:  # it imports this module, by the settings
    from rest_framework.views import APIView


class CallerThrottle(SimpleRateThrottle):
    """Every request of one caller; the rate is TRAPFRAME_API_RATE."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        return f"throttle:{self.scope}:{self._name_of_caller(request)}"

    def _name_of_caller(self, request: Request) -> str:
        if isinstance(request.auth, ApiToken):
            return f"token:{request.auth.pk}"
        if request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{self.get_ident(request)}"


class SubmitThrottle(CallerThrottle):
    """Submissions, on top of the general rate; the rate is TRAPFRAME_SUBMIT_RATE."""

    scope = "submit"
