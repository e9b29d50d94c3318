"""A submission: poll it until its grading is final."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.domain.queries.attempts import JobView, job_view
from quizzes.domain.queries.evidence import evidence_for
from quizzes.enums import JobState
from quizzes.models import Submission
from trapframe.accounts.models import Scope
from trapframe.api.endpoint import Endpoint
from trapframe.api.lookups import submission_for
from trapframe.api.openapi import describe
from trapframe.api.permissions import caller
from trapframe.api.serializers.submissions import SubmissionSerializer

# A run takes milliseconds, a person's grading hours.
_SECONDS = {JobState.QUEUED: 1, JobState.RUNNING: 1, JobState.NEEDS_GRADING: 300}
RETRY_AFTER = [
    OpenApiParameter(
        "Retry-After",
        int,
        OpenApiParameter.HEADER,
        description="Seconds until polling again is worth it; absent when final.",
        response=[200, 202],
    )
]


class SubmissionDetail(Endpoint):
    scopes = frozenset({Scope.LEARNER, Scope.STAFF})

    @describe(
        "get_submission",
        "Read a submission: its grading and the evidence",
        tag="attempts",
        responses={200: SubmissionSerializer},
        parameters=RETRY_AFTER,
        reasons=["not_found"],
        description="Poll while `job.is_final` is false; the header Retry-After says"
        " when. The evidence shows the run of the chosen option; that of the others"
        " only once no try is left.",
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        submission = submission_for(request, uuid)
        return submission_response(submission, viewer=caller(request))


def submission_response(submission: Submission, *, viewer: Any) -> Response:
    """The submission, and in Retry-After when to look again."""
    job = job_view(submission)
    document = SubmissionSerializer(
        {
            "uuid": submission.uuid,
            "variant": submission.variant.uuid,
            "attempt": submission.variant.instance_question.instance.uuid,
            "number": submission.number,
            "answer": submission.answer,
            "received_at": submission.received_at,
            "job": job,
            "evidence": evidence_for(submission, viewer=viewer),
        }
    )
    return Response(document.data, headers=_polling(job))


def _polling(job: JobView) -> dict[str, str]:
    seconds = _SECONDS.get(job.state)
    return {} if seconds is None else {"Retry-After": str(seconds)}
