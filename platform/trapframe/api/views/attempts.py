"""A learner's attempts: start, read, finish."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.attempts import question_rows, score_of
from quizzes.domain.starting import start_assessment
from quizzes.enums import InstanceState
from quizzes.models import AssessmentInstance
from trapframe.accounts.models import Scope
from trapframe.api.endpoint import Endpoint, ListEndpoint, body_of
from trapframe.api.lookups import assessment_in, attempt_for, course_for
from trapframe.api.openapi import describe
from trapframe.api.permissions import caller
from trapframe.api.serializers.attempts import AttemptRowSerializer, AttemptSerializer
from trapframe.api.serializers.strict import NothingSerializer

_LEARNER = frozenset({Scope.LEARNER})


class AttemptList(ListEndpoint):
    scopes = _LEARNER

    @describe(
        "list_attempts",
        "List your own attempts at an assessment",
        tag="attempts",
        responses={200: AttemptRowSerializer(many=True)},
        reasons=["not_found", "invalid_input"],
    )
    def get(self, request: Request, course: str, assessment: str) -> Response:
        found = assessment_in(course_for(request, course), assessment)
        rows = AssessmentInstance.objects.filter(
            assessment=found, user=caller(request)
        ).select_related("assessment__course")
        return self.page_of(rows, AttemptRowSerializer, request)

    @describe(
        "start_attempt",
        "Start an attempt, or find the one in progress",
        tag="attempts",
        responses={200: AttemptSerializer, 201: AttemptSerializer},
        reasons=["not_found", "not_enrolled", "no_attempts_left", "no_questions"],
        writes=True,
        description="201 for a new attempt, 200 for the one in progress. An open course"
        " enrols you. The body is empty.",
    )
    def post(self, request: Request, course: str, assessment: str) -> Response:
        body_of(request, NothingSerializer)
        found = assessment_in(course_for(request, course), assessment)
        known = found.instances.filter(
            user=caller(request), state=InstanceState.IN_PROGRESS
        ).exists()
        instance = start_assessment(found, user=caller(request))
        return Response(attempt_document(instance), status=200 if known else 201)


class AttemptDetail(Endpoint):
    scopes = frozenset({Scope.LEARNER, Scope.STAFF})

    @describe(
        "get_attempt",
        "Read an attempt: its questions and the score so far",
        tag="attempts",
        responses={200: AttemptSerializer},
        reasons=["not_found"],
        description="Your own; with the scope `staff` also those in courses that you"
        " teach.",
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(attempt_document(attempt_for(request, uuid)))


class AttemptFinish(Endpoint):
    scopes = _LEARNER

    @describe(
        "finish_attempt",
        "Finish an attempt",
        tag="attempts",
        responses={200: AttemptSerializer},
        reasons=["not_found", "not_yours"],
        writes=True,
        description="Valid drafts of unanswered questions are handed in. Finishing"
        " again changes nothing. The body is empty.",
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        body_of(request, NothingSerializer)
        instance = attempt_for(request, uuid)
        finished = finish_instance(instance, user=caller(request))
        return Response(attempt_document(finished))


def attempt_document(instance: AssessmentInstance) -> dict[str, object]:
    """The attempt with its questions and its score, ready to be sent."""
    rows = question_rows(instance)
    document = AttemptSerializer(
        {
            "uuid": instance.uuid,
            "assessment": instance.assessment,
            "number": instance.number,
            "state": instance.state,
            "opened_at": instance.opened_at,
            "closes_at": instance.closes_at,
            "finished_at": instance.finished_at,
            "score": score_of(rows),
            "questions": rows,
        }
    )
    return dict(document.data)
