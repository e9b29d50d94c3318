"""The whole URL space: one include per front end."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("trapframe.ops.urls")),
    path("", include("trapframe.learner.urls")),
    path("accounts/", include("trapframe.accounts.urls")),
    path("author/", include("trapframe.author.urls")),
    path("staff/", include("trapframe.staff.urls")),
    path("api/v1/", include("trapframe.api.urls")),
    path("events/", include("trapframe.web.event_urls")),
    path("admin/", admin.site.urls),
]
