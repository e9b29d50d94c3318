"""The Django project: how people and systems get in."""

from trapframe.celery import app as celery_app

__all__ = ["celery_app"]
