"""What there is to learn: courses, their chapters and assessments."""

from rest_framework.request import Request
from rest_framework.response import Response

from trapframe.api.endpoint import Endpoint, ListEndpoint
from trapframe.api.lookups import (
    assessment_in,
    assessments_of,
    chapter_in,
    course_for,
    courses_for,
)
from trapframe.api.openapi import describe
from trapframe.api.serializers.courses import (
    AssessmentSerializer,
    ChapterSerializer,
    CourseDetailSerializer,
    CourseSerializer,
)


class CourseList(ListEndpoint):
    @describe(
        "list_courses",
        "List the courses that you may see",
        tag="courses",
        responses={200: CourseSerializer(many=True)},
        reasons=["invalid_input"],
        description="With only the scope `lms`: the courses that the token's owner"
        " teaches.",
    )
    def get(self, request: Request) -> Response:
        courses = courses_for(request)
        return self.page_of(courses, CourseSerializer, request)


class CourseDetail(Endpoint):
    @describe(
        "get_course",
        "Read a course with its chapters in reading order",
        tag="courses",
        responses={200: CourseDetailSerializer},
        reasons=["not_found"],
    )
    def get(self, request: Request, course: str) -> Response:
        found = course_for(request, course)
        return Response(CourseDetailSerializer(found).data)


class ChapterDetail(Endpoint):
    @describe(
        "get_chapter",
        "Read a chapter",
        tag="courses",
        responses={200: ChapterSerializer},
        reasons=["not_found"],
    )
    def get(self, request: Request, course: str, chapter: str) -> Response:
        found = course_for(request, course)
        return Response(ChapterSerializer(chapter_in(found, chapter)).data)


class AssessmentList(ListEndpoint):
    @describe(
        "list_assessments",
        "List the assessments of a course",
        tag="courses",
        responses={200: AssessmentSerializer(many=True)},
        reasons=["not_found", "invalid_input"],
    )
    def get(self, request: Request, course: str) -> Response:
        found = course_for(request, course)
        rows = assessments_of(found)
        return self.page_of(rows, AssessmentSerializer, request)


class AssessmentDetail(Endpoint):
    @describe(
        "get_assessment",
        "Read the rules of an assessment",
        tag="courses",
        responses={200: AssessmentSerializer},
        reasons=["not_found"],
    )
    def get(self, request: Request, course: str, assessment: str) -> Response:
        found = course_for(request, course)
        row = assessment_in(found, assessment)
        return Response(AssessmentSerializer(row).data)
