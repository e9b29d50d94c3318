"""What a learning-management system does: bring learners, send them, read grades."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.domain.enrolling import enrol
from quizzes.domain.starting import start_assessment
from quizzes.enums import InstanceState
from trapframe.accounts.models import ExternalIdentity, Scope
from trapframe.accounts.sign_in_links import make_link
from trapframe.api.endpoint import Endpoint, ListEndpoint, body_of, query_of
from trapframe.api.lms_grades import grade_page
from trapframe.api.lms_learners import (
    attempt_of,
    bring_learner,
    learner_of,
    require_plain_learner,
)
from trapframe.api.lookups import assessment_in, taught_course
from trapframe.api.openapi import describe
from trapframe.api.permissions import caller
from trapframe.api.serializers.gradebook import (
    GradePageSerializer,
    GradesQuerySerializer,
)
from trapframe.api.serializers.lms import (
    EnrolmentSerializer,
    EnrolmentWriteSerializer,
    LearnerSerializer,
    LearnerWriteSerializer,
    LmsAttemptSerializer,
    LmsAttemptWriteSerializer,
    SignInLinkSerializer,
    SignInLinkWriteSerializer,
)

LINK_LIFETIME = timedelta(minutes=5)
_LMS = frozenset({Scope.LMS})


class LearnerList(ListEndpoint):
    scopes = _LMS

    @describe(
        "list_learners",
        "List the learners that you have brought",
        tag="lms",
        responses={200: LearnerSerializer(many=True)},
        reasons=["invalid_input"],
    )
    def get(self, request: Request) -> Response:
        rows = ExternalIdentity.objects.select_related("user").filter(
            owner=caller(request)
        )
        return self.page_of(rows, LearnerSerializer, request)

    @describe(
        "bring_learner",
        "Find or create a learner by your own id",
        tag="lms",
        request=LearnerWriteSerializer,
        responses={200: LearnerSerializer, 201: LearnerSerializer},
        writes=True,
        description="201 for a new learner, 200 for one that you brought before; a"
        " changed name or e-mail is taken over. Accounts are never merged by e-mail.",
    )
    def post(self, request: Request) -> Response:
        body = body_of(request, LearnerWriteSerializer)
        brought = bring_learner(caller(request), **body)
        data = LearnerSerializer(brought.identity).data
        return Response(data, status=201 if brought.created else 200)


class Enrolments(Endpoint):
    scopes = _LMS

    @describe(
        "enrol_learner",
        "Enrol a learner in a course that you teach",
        tag="lms",
        request=EnrolmentWriteSerializer,
        responses={200: EnrolmentSerializer},
        reasons=["not_found", "learner_unknown"],
        writes=True,
        description="Doing it again changes nothing.",
    )
    def post(self, request: Request) -> Response:
        body = body_of(request, EnrolmentWriteSerializer)
        identity = learner_of(caller(request), body["external_id"])
        course = taught_course(caller(request), body["course"])
        enrolment = enrol(course, user=identity.user)
        return Response(
            {
                "external_id": identity.external_id,
                "course": course.key,
                "role": enrolment.role,
            }
        )


class Attempts(Endpoint):
    scopes = _LMS

    @describe(
        "start_attempt_for_learner",
        "Start an attempt for a learner",
        tag="lms",
        request=LmsAttemptWriteSerializer,
        responses={200: LmsAttemptSerializer, 201: LmsAttemptSerializer},
        reasons=[
            "not_found",
            "learner_unknown",
            "not_enrolled",
            "no_attempts_left",
            "no_questions",
        ],
        writes=True,
        description="201 for a new attempt, 200 for the one in progress.",
    )
    def post(self, request: Request) -> Response:
        body = body_of(request, LmsAttemptWriteSerializer)
        identity = learner_of(caller(request), body["external_id"])
        course = taught_course(caller(request), body["course"])
        assessment = assessment_in(course, body["assessment"])
        known = assessment.instances.filter(
            user=identity.user, state=InstanceState.IN_PROGRESS
        ).exists()
        instance = start_assessment(assessment, user=identity.user)
        document = {"external_id": identity.external_id, "attempt": instance}
        data = LmsAttemptSerializer(document).data
        return Response(data, status=200 if known else 201)


class Grades(Endpoint):
    scopes = _LMS
    query = frozenset({"since", "limit"})

    @describe(
        "read_grades",
        "Read grades since a cursor",
        tag="lms",
        responses={200: GradePageSerializer},
        parameters=[GradesQuerySerializer],
        reasons=["invalid_input"],
        description="Every change of a grade of the learners that you brought, in"
        " courses that you teach, in order: none is skipped and none comes twice. Keep"
        " `next` and send it as `since` the next time.",
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, GradesQuerySerializer)
        return Response(GradePageSerializer(grade_page(caller(request), **query)).data)


class SignInLinks(Endpoint):
    scopes = _LMS

    @describe(
        "make_sign_in_link",
        "Make a one-time link that signs the learner in and lands on the attempt",
        tag="lms",
        request=SignInLinkWriteSerializer,
        responses={201: SignInLinkSerializer},
        reasons=["not_found", "privileged_learner"],
        writes=True,
        description="The link works once, within 5 minutes. Make it at the moment when"
        " the learner asks for it, and never store it.",
    )
    def post(self, request: Request) -> Response:
        body = body_of(request, SignInLinkWriteSerializer)
        instance = attempt_of(caller(request), body["attempt"])
        require_plain_learner(instance.user)
        secret = make_link(
            instance.user,
            next_path=reverse("learner:instance", args=[instance.uuid]),
            lifetime=LINK_LIFETIME,
        )
        url = request.build_absolute_uri(
            reverse("accounts:sign-in-link", args=[secret])
        )
        data = {"url": url, "expires_at": timezone.now() + LINK_LIFETIME}
        return Response(
            SignInLinkSerializer(data).data,
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )
