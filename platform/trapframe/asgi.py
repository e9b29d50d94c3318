"""The ASGI entry point: pages, API and event streams."""

import gc
import os
import warnings

from django.core.asgi import get_asgi_application

from trapframe.web.arrival import stamp_arrivals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trapframe.settings")
os.environ.setdefault("TRAPFRAME_ROLE", "web")
# WhiteNoise hands out small files whole; that Django then reads them at once is right.
warnings.filterwarnings(
    "ignore", message="StreamingHttpResponse must consume synchronous iterators"
)
application = stamp_arrivals(get_asgi_application())
# What is loaded by now stays for ever: the collector need not look at it each time.
gc.collect()
gc.freeze()
