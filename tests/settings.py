"""The platform's settings with a data folder that is this test session's own.

pytest-django imports this before any conftest.py, so it is the place for it.
"""

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
os.environ["TRAPFRAME_DATA"] = str(_ROOT / ".data" / "tests" / str(os.getpid()))

from trapframe.settings import *  # noqa: E402, F403

# Passwords of tests are no secrets: hashing them well would only take time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each client of a test would read all static files anew to know their headers.
WHITENOISE_AUTOREFRESH = True
# WhiteNoise warns when its folder is missing, and a warning fails a test.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
if EMBEDDED:  # noqa: F405
    # Whoever still reads while a test's rows are removed gives way, not the removal.
    DATABASES["default"]["OPTIONS"]["options"] = "-c deadlock_timeout=20s"  # noqa: F405
