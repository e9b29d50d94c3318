"""How pages answer the domain's refusals."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from quizzes.domain.errors import NotAllowedError, NotFoundError

View = Callable[..., HttpResponse]


def answers_refusals(view: View) -> View:
    """Turn "not found" and "not allowed" of the domain into their pages."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError as error:
            raise Http404(error.message) from error
        except NotAllowedError as error:
            return render(request, "403.html", {"reason": error.message}, status=403)

    return answer
