"""Event streams: /events/submissions/<uuid>/ and /events/proofs/<uuid>/."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries.attempts import submission_for
from quizzes.domain.queries.authored import own_proof
from quizzes.domain.queries.watching import proof_state, submission_state
from trapframe.web.live import event_stream


@require_GET
async def submission(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    return await _stream(request, uuid, submission_for, submission_state)


@require_GET
async def proof(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    return await _stream(request, uuid, own_proof, proof_state)


async def _stream(
    request: HttpRequest,
    uuid: UUID,
    find: Callable[[Any, UUID], object],
    read: Callable[[UUID], dict[str, Any]],
) -> HttpResponseBase:
    """Plain answers instead of pages: an event source shows none of them."""
    person = await sync_to_async(_who_may)(request, uuid, find)
    if person is None:
        return HttpResponse("There is nothing to watch.", status=404)
    return event_stream(str(uuid), partial(read, uuid), person=person)


def _who_may(
    request: HttpRequest, uuid: UUID, find: Callable[[Any, UUID], object]
) -> int | None:
    """The person's id if they may watch this; gives the connection back at once.

    The stream may last for minutes, and a connection is for milliseconds.
    """
    try:
        if request.user.is_authenticated:
            find(request.user, uuid)
            return int(request.user.pk)
    except NotFoundError:
        pass
    finally:
        close_old_connections()
    return None
