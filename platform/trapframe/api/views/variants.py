"""One question of an attempt: what it asks, the draft, the answers."""

import re
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from quizzes.domain.drafting import save_draft
from quizzes.domain.errors import InvalidInputError
from quizzes.domain.queries.attempts import question_row
from quizzes.domain.submitting import submit_answer
from quizzes.models import Draft, Variant
from trapframe.accounts.models import Scope
from trapframe.api.endpoint import Endpoint, body_of
from trapframe.api.lookups import variant_for
from trapframe.api.openapi import describe
from trapframe.api.permissions import caller
from trapframe.api.serializers.attempts import (
    DraftSerializer,
    DraftWriteSerializer,
    SubmissionWriteSerializer,
    VariantSerializer,
)
from trapframe.api.serializers.submissions import SubmissionSerializer
from trapframe.api.throttling import CallerThrottle, SubmitThrottle
from trapframe.api.views.submissions import RETRY_AFTER, submission_response
from trapframe.web.arrival import waited

# An answer that cannot be graded as it is: refused at once, and it costs no try.
ANSWER_REASONS = (
    "malformed",
    "nothing_chosen",
    "unknown_option",
    "too_many_chosen",
    "empty",
    "too_many_words",
    "too_long",
)
_KEY = re.compile(r"[!-~]{1,100}")
_KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]{1,100}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A new random key for each new answer; the same key for its retries.",
)


class IdempotencyKeyMissingError(APIException):
    status_code = 400
    default_detail = "Send the header Idempotency-Key, a new random key per answer."
    default_code = "idempotency_key_missing"


class VariantDetail(Endpoint):
    scopes = frozenset({Scope.LEARNER, Scope.STAFF})

    @describe(
        "get_variant",
        "Read a question as the learner sees it, with the draft",
        tag="attempts",
        responses={200: VariantSerializer},
        reasons=["not_found"],
        description="Nothing in it tells which option will hold: that is decided by a"
        " run, when an answer is graded.",
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(_variant_document(variant_for(request, uuid)))


class VariantDraft(Endpoint):
    scopes = frozenset({Scope.LEARNER})

    @describe(
        "save_draft",
        "Save unsent work",
        tag="attempts",
        request=DraftWriteSerializer,
        responses={200: DraftSerializer},
        reasons=["not_found", "not_yours", "closed", "invalid_draft"],
        writes=True,
        description="The draft with the highest `seq` is kept and returned, so that"
        " racing tabs cannot lose the newer text.",
    )
    def put(self, request: Request, uuid: UUID) -> Response:
        body = body_of(request, DraftWriteSerializer)
        variant = variant_for(request, uuid)
        draft = save_draft(
            variant,
            user=caller(request),
            answer=body["answer"],
            seq=body["seq"],
            waited=waited(request),
        )
        return Response(DraftSerializer(draft).data)


class VariantSubmissions(Endpoint):
    scopes = frozenset({Scope.LEARNER})
    throttle_classes = (CallerThrottle, SubmitThrottle)

    @describe(
        "submit_answer",
        "Submit an answer",
        tag="attempts",
        request=SubmissionWriteSerializer,
        responses={200: SubmissionSerializer, 202: SubmissionSerializer},
        parameters=[_KEY_HEADER, *RETRY_AFTER],
        reasons=[
            "not_found",
            "idempotency_key_missing",
            "invalid_idempotency_key",
            "idempotency_mismatch",
            "not_yours",
            "closed",
            "no_tries_left",
            "grading_in_progress",
            "question_broken",
            *ANSWER_REASONS,
        ],
        writes=True,
        description="202 when the answer was stored and its grading queued; 200 with"
        " the same submission when this key was used before with the same answer.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        key = _idempotency_key(request)
        body = body_of(request, SubmissionWriteSerializer)
        variant = variant_for(request, uuid)
        result = submit_answer(
            variant,
            user=caller(request),
            raw=body["answer"],
            idempotency_key=key,
            waited=waited(request),
        )
        response = submission_response(result.submission, viewer=caller(request))
        response.status_code = 202 if result.created else 200
        response["Location"] = reverse(
            "api:submission", args=[result.submission.uuid], request=request
        )
        return response


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise IdempotencyKeyMissingError
    if not _KEY.fullmatch(key):
        raise InvalidInputError(
            "invalid_idempotency_key",
            "The Idempotency-Key is 1 to 100 printable ASCII characters, no spaces.",
        )
    return key


def _variant_document(variant: Variant) -> dict[str, object]:
    document = VariantSerializer(
        {
            "uuid": variant.uuid,
            "instance_question": variant.instance_question,
            "presentation": variant.presentation,
            "question": question_row(variant),
            "draft": Draft.objects.filter(variant=variant).first(),
            "submissions": variant.submissions.values_list("uuid", flat=True),
        }
    )
    return dict(document.data)
