from django.urls import path

from trapframe.staff import gradebook, grading, jobs, live_workers, verdicts

app_name = "staff"
urlpatterns = [
    path("review/", grading.queue, name="queue"),
    path("review/<uuid:uuid>/", grading.grade, name="grade"),
    path("dead/", jobs.dead, name="dead-jobs"),
    path("dead/<uuid:uuid>/retry/", jobs.retry, name="retry"),
    path("queue/", jobs.health, name="health"),
    path("workers/", live_workers.workers, name="live-workers"),
    path("gradebooks/", gradebook.gradebooks, name="gradebooks"),
    path("gradebooks/<slug:course>/", gradebook.gradebook, name="gradebook"),
    path("gradebooks/<slug:course>/csv/", gradebook.as_csv, name="gradebook-csv"),
    path("verdicts/<uuid:uuid>/", verdicts.verdict, name="verdict"),
    path("verdicts/<uuid:uuid>/rerun/", verdicts.rerun, name="rerun"),
]
