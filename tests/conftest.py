"""What all tests share: services, worker processes, a live site, a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from trapframe.embedded import Services, remove_data, services


@pytest.fixture(scope="session")
def embedded_services() -> Iterator[Services | None]:
    """PostgreSQL and Redis of this session; None when DATABASE_URL names others."""
    if not settings.EMBEDDED:
        yield None
        return
    _remove_leftovers(settings.DATA_DIR.parent)
    with services(settings.DATA_DIR) as running:
        yield running
    remove_data(settings.DATA_DIR)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded_services: Services | None) -> None:
    """Asked for by pytest-django before it makes the test database."""


def _remove_leftovers(folder: Path) -> None:
    """Remove what sessions that were killed have left behind."""
    for session in folder.glob("[0-9]*"):
        if not Path(f"/proc/{session.name}").exists():
            remove_data(session)
