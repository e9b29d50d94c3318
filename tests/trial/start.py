"""Starting Django for a command that brings its own services."""

import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent.parent


def prepare(name: str) -> None:
    """Set Django up on data that the command fills and hurts, not the developer's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trapframe.settings")
    os.environ["TRAPFRAME_DATA"] = str(ROOT / ".data" / name)
    django.setup()
