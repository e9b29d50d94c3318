import pytest
from django.db import connections

from trapframe.web import events
from trapframe.web.live import stream


@pytest.fixture(autouse=True)
def closing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads close their connections, as those of a web process do.

    A test process keeps connections open, and a database that is in use cannot be
    removed at its end.
    """
    monkeypatch.setattr(events, "close_old_connections", connections.close_all)
    monkeypatch.setattr(stream, "close_old_connections", connections.close_all)
