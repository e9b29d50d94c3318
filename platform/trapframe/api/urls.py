"""Version 1: courses by key, everything else by uuid."""

from django.urls import path, re_path

from trapframe.api.views import (
    attempts,
    courses,
    documentation,
    gradebook,
    lms,
    submissions,
    variants,
)

app_name = "api"

_course = "courses/<slug:course>/"
_assessment = _course + "assessments/<slug:assessment>/"
_attempt = "attempts/<uuid:uuid>/"
_variant = "variants/<uuid:uuid>/"

_course_paths = [
    path("courses/", courses.CourseList.as_view(), name="courses"),
    path(_course, courses.CourseDetail.as_view(), name="course"),
    path(
        _course + "chapters/<slug:chapter>/",
        courses.ChapterDetail.as_view(),
        name="chapter",
    ),
    path(
        _course + "assessments/", courses.AssessmentList.as_view(), name="assessments"
    ),
    path(_assessment, courses.AssessmentDetail.as_view(), name="assessment"),
    path(_course + "progress/", gradebook.Progress.as_view(), name="progress"),
    path(_course + "gradebook/", gradebook.Gradebook.as_view(), name="gradebook"),
]

_attempt_paths = [
    path(_assessment + "attempts/", attempts.AttemptList.as_view(), name="attempts"),
    path(_attempt, attempts.AttemptDetail.as_view(), name="attempt"),
    path(_attempt + "finish/", attempts.AttemptFinish.as_view(), name="finish"),
    path(_variant, variants.VariantDetail.as_view(), name="variant"),
    path(_variant + "draft/", variants.VariantDraft.as_view(), name="draft"),
    path(
        _variant + "submissions/", variants.VariantSubmissions.as_view(), name="submit"
    ),
    path(
        "submissions/<uuid:uuid>/",
        submissions.SubmissionDetail.as_view(),
        name="submission",
    ),
]

_lms_paths = [
    path("lms/learners/", lms.LearnerList.as_view(), name="lms-learners"),
    path("lms/enrolments/", lms.Enrolments.as_view(), name="lms-enrolments"),
    path("lms/attempts/", lms.Attempts.as_view(), name="lms-attempts"),
    path("lms/sign-in-links/", lms.SignInLinks.as_view(), name="lms-sign-in-links"),
    path("lms/grades/", lms.Grades.as_view(), name="lms-grades"),
]

urlpatterns = [
    path("schema/", documentation.Schema.as_view(), name="schema"),
    path("docs/", documentation.documentation, name="docs"),
    *_course_paths,
    *_attempt_paths,
    *_lms_paths,
    re_path(r"^", documentation.UnknownAddress.as_view(), name="unknown"),
]
