"""What the author's and the staff's pages share: who comes in, how refusals look."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from quizzes.domain.errors import DomainError, NotFoundError
from quizzes.rules import is_staff_somewhere

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[..., HttpResponse]


def instructors_only(view: View) -> View:
    """Lets in instructors of any course; the view narrows to the person's own rows.

    A row that the person may not know of answers like one that is not there.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff_somewhere(request.user):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except NotFoundError as error:
            raise Http404(error.message) from error

    return guarded


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the frame of the admin, its menus included."""
    frame = admin.site.each_context(request)
    return render(request, template, {**frame, **context}, status=status)


def attempt(
    request: HttpRequest, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | None:
    """Call a verb of the domain; a refusal becomes a message, and None."""
    try:
        return verb(*args, **kwargs)
    except NotFoundError:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return None
