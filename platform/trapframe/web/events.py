"""Event streams of submissions, of their observations, and of proofs."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries.attempts import submission_for
from quizzes.domain.queries.authored import own_proof
from quizzes.domain.queries.watching import (
    observation_for,
    observation_state,
    proof_state,
    submission_state,
)
from trapframe.web.live import event_stream


class Watched(Protocol):
    uuid: UUID


@require_GET
async def submission(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    return await _stream(request, uuid, submission_for, submission_state)


@require_GET
async def observation(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Of a submission's variant; the address names the submission."""
    return await _stream(request, uuid, observation_for, observation_state)


@require_GET
async def proof(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    return await _stream(request, uuid, own_proof, proof_state)


async def _stream(
    request: HttpRequest,
    uuid: UUID,
    find: Callable[[Any, UUID], Watched],
    read: Callable[[UUID], dict[str, Any]],
) -> HttpResponseBase:
    """Plain answers instead of pages: an event source shows none of them."""
    found = await sync_to_async(_found)(request, uuid, find)
    if found is None:
        return HttpResponse("There is nothing to watch.", status=404)
    person, watched = found
    return event_stream(str(watched), partial(read, watched), person=person)


def _found(
    request: HttpRequest, uuid: UUID, find: Callable[[Any, UUID], Watched]
) -> tuple[int, UUID] | None:
    """The person's id and what they watch, if they may; gives the connection back.

    The stream may last for minutes, and a connection is for milliseconds.
    """
    try:
        if request.user.is_authenticated:
            return int(request.user.pk), find(request.user, uuid).uuid
    except NotFoundError:
        pass
    finally:
        close_old_connections()
    return None
