"""The ASGI entry point: pages, API and event streams."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trapframe.settings")
os.environ.setdefault("TRAPFRAME_ROLE", "web")
application = get_asgi_application()
