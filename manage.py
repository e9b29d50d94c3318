#!/usr/bin/env python3
"""Run a management command; without DATABASE_URL, with the embedded services."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

# platform/ is a source root: this makes a fresh clone work before any install. Not
# first, or the folder would stand before the standard library's module of that name.
sys.path.insert(1, str(Path(__file__).resolve().parent / "platform"))

WITHOUT_DATABASE = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "demo",  # starts the services by itself
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "spectacular",
        "version",
    }
)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trapframe.settings")
    if arguments[1:2] == ["demo"]:
        os.environ.setdefault("TRAPFRAME_DEMO", "1")
    try:
        from django.core.management import (  # noqa: PLC0415  may be missing
            execute_from_command_line,
        )
    except ImportError as error:
        sys.exit(f"{error}: run `make setup`, then .venv/bin/python manage.py")
    from trapframe.env import MissingSettingError  # noqa: PLC0415  after Django

    try:
        with _services(arguments):
            execute_from_command_line(arguments)
    except MissingSettingError as error:
        sys.exit(str(error))


def _services(arguments: list[str]) -> AbstractContextManager[object]:
    command = arguments[1] if len(arguments) > 1 else "help"
    if (
        os.environ.get("DATABASE_URL")
        or command in WITHOUT_DATABASE
        or command.startswith("-")
        or "--help" in arguments
    ):
        return nullcontext()
    return _embedded_services()


@contextmanager
def _embedded_services() -> Iterator[None]:
    from django.conf import settings  # noqa: PLC0415  after the environment is set

    from trapframe.embedded import (  # noqa: PLC0415  optional extra
        ServiceError,
        services,
    )

    try:
        with services(settings.DATA_DIR):
            yield
    except ServiceError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv)
