"""Grades of a course for its staff, and the caller's own progress."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.domain.errors import NotFoundError
from quizzes.domain.progress import chapters_progress
from quizzes.domain.queries.gradebook import gradebook_rows, learners_of
from trapframe.accounts.models import Scope
from trapframe.api.endpoint import Endpoint, ListEndpoint
from trapframe.api.lookups import course_for, taught_course
from trapframe.api.openapi import describe
from trapframe.api.permissions import caller
from trapframe.api.serializers.gradebook import (
    GradebookRowSerializer,
    ProgressSerializer,
)


class Gradebook(ListEndpoint):
    scopes = frozenset({Scope.STAFF})
    query = ListEndpoint.query | {"assessment"}

    @describe(
        "get_gradebook",
        "Read the best percents of a course's learners",
        tag="gradebook",
        responses={200: GradebookRowSerializer(many=True)},
        parameters=[
            OpenApiParameter(
                "assessment", str, description="Only this assessment, by its key."
            )
        ],
        reasons=["not_found", "invalid_input"],
    )
    def get(self, request: Request, course: str) -> Response:
        found = taught_course(caller(request), course)
        assessments = list(found.assessments.all())
        key = request.query_params.get("assessment")
        if key is not None:
            assessments = [row for row in assessments if row.key == key]
            if not assessments:
                raise NotFoundError("assessment")
        paginator = self.pagination_class()
        learners: list[Any] = (
            paginator.paginate_queryset(learners_of(found), request, view=self) or []
        )
        rows = [
            {
                "username": row.user.username,
                "name": str(row.user),
                "grades": [
                    {"assessment": column.key, "percent": row.percents.get(column.pk)}
                    for column in assessments
                ],
            }
            for row in gradebook_rows(assessments, learners)
        ]
        data = GradebookRowSerializer(rows, many=True).data
        return paginator.get_paginated_response(data)


class Progress(Endpoint):
    scopes = frozenset({Scope.LEARNER})

    @describe(
        "get_progress",
        "Read your own progress in a course",
        tag="courses",
        responses={200: ProgressSerializer},
        reasons=["not_found"],
    )
    def get(self, request: Request, course: str) -> Response:
        found = course_for(request, course)
        chapters = list(found.chapters.all())
        rows = chapters_progress(chapters, user=caller(request))
        document = ProgressSerializer({"course": found.key, "chapters": rows})
        return Response(document.data)
