"""A real Chromium: where it is, how it is started, what is said when it is missing."""

import os
import shutil
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# It must talk to nobody but the site under test.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
)


def find_chromium() -> str | None:
    """TRAPFRAME_CHROMIUM, or the first known name on PATH."""
    named = os.environ.get("TRAPFRAME_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def launch_flags() -> list[str]:
    # Chromium refuses its sandbox to root; the pages under test are our own.
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]


def must_run() -> bool:
    """In CI a missing browser is a failure, not a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
