"""The platform's settings plus the bare view that pages are compared with."""

from trapframe.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
