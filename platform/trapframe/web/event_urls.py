from django.urls import path

from trapframe.web import events

app_name = "events"
urlpatterns = [
    path("submissions/<uuid:uuid>/", events.submission, name="submission"),
    path("proofs/<uuid:uuid>/", events.proof, name="proof"),
]
