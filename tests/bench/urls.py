"""The platform's URLs and one bare view with one query."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from quizzes.models import Course


def bare(request: HttpRequest) -> HttpResponse:
    course = Course.objects.order_by("id")[:1].get()
    return HttpResponse(f"<!doctype html><title>{course.title}</title>")


urlpatterns = [path("bench/bare/", bare), path("", include("trapframe.urls"))]
