from django.urls import path

from trapframe.web import events

app_name = "events"
urlpatterns = [
    path("submissions/<uuid:uuid>/", events.submission, name="submission"),
    path(
        "submissions/<uuid:uuid>/observation/", events.observation, name="observation"
    ),
    path("proofs/<uuid:uuid>/", events.proof, name="proof"),
]
