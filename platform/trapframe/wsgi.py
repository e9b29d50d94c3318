"""The WSGI entry point: pages and API, without the event streams."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trapframe.settings")
os.environ.setdefault("TRAPFRAME_ROLE", "web")
application = get_wsgi_application()
