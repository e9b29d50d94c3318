"""The Celery application: `celery -A trapframe worker`; tasks live in quizzes/tasks.py.

A worker that is started for live queues asks its machine what it lets it do, keeps
those queues that this allows, and reports both while it runs.
"""

from typing import Any

from billiard import pool
from celery import Celery
from celery.signals import celeryd_after_setup, worker_ready

app = Celery("trapframe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A child that ends lets its parent take the results of its tasks first, for 30 seconds;
# a parent that ends may be beyond taking any. Bells have no results that anybody needs.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 10


@celeryd_after_setup.connect
def keep_allowed_queues(sender: str, instance: Any, **_: Any) -> None:
    """Before the pool is there, leave out what this machine cannot serve."""
    if instance.app is not app:  # signals reach the workers of every application
        return
    from trapframe import live_reports  # noqa: PLC0415  Django is set up by now

    live_reports.keep_allowed_queues(instance.app.amqp.queues, worker=sender)


@worker_ready.connect
def report_while_running(sender: Any, **_: Any) -> None:
    """Report by the worker's own timer: bells may be lost."""
    if sender.app is not app:
        return
    from trapframe import live_reports  # noqa: PLC0415  Django is set up by now

    live_reports.report_repeatedly(sender.timer, worker=sender.hostname)
