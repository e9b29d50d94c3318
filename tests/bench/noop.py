"""The reference: a Celery application that does nothing, without Django.

Same broker, same worker settings, same pool as the platform's own workers.
"""

from celery import Celery
from django.conf import settings

QUEUE = "noop"
_RESULTS = 2  # the number of the Redis database that holds the results

# No fix-up, which would touch the database; and not the current application, which is
# the platform's.
app = Celery("noop", fixups=[], set_as_current=False)
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
    result_backend=settings.CELERY_BROKER_URL.partition("?")[0]
    + f"?virtual_host={_RESULTS}",
    task_default_queue=QUEUE,
    task_acks_late=settings.CELERY_TASK_ACKS_LATE,
    worker_prefetch_multiplier=settings.CELERY_WORKER_PREFETCH_MULTIPLIER,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="noop")
def noop() -> None:
    """Nothing."""
