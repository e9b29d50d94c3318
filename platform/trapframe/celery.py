"""The Celery application; tasks live in quizzes/tasks.py."""

from celery import Celery

app = Celery("trapframe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
