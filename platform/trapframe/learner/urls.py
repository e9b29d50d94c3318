from django.urls import path

from trapframe.learner.views import attempts, catalog, submissions

app_name = "learner"

_course = "courses/<slug:course_key>/"
_chapter = _course + "chapters/<slug:chapter_key>/"
_assessment = _course + "assessments/<slug:assessment_key>/"
_instance = "attempts/<uuid:uuid>/"
_question = _instance + "questions/<int:number>/"

urlpatterns = [
    path("", catalog.home, name="home"),
    path(_course, catalog.course, name="course"),
    path(_chapter, catalog.chapter, name="chapter"),
    path(_chapter + "read/", catalog.read, name="read"),
    path(_assessment, catalog.assessment, name="assessment"),
    path(_assessment + "start/", catalog.start, name="start"),
    path("attempts/", catalog.attempts, name="attempts"),
    path(_instance, attempts.instance, name="instance"),
    path(_question, attempts.question, name="question"),
    path(_question + "draft/", attempts.draft, name="draft"),
    path(_question + "submit/", attempts.submit, name="submit"),
    path(_instance + "finish/", attempts.finish, name="finish"),
    path(_instance + "review/", attempts.review, name="review"),
    path("submissions/<uuid:uuid>/", submissions.submission, name="submission"),
]
