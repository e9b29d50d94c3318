"""What the tests of the domain share: a bell that only notes, an empty memory."""

import pytest

from quizzes import wakeups


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes whose bells rang; no broker hears them."""
    rung: list[str] = []

    def ring(lane: str) -> bool:
        rung.append(str(lane))
        return True

    monkeypatch.setattr(wakeups, "ring", ring)
    monkeypatch.setattr(wakeups, "PAUSE_SECONDS", 0.0)  # every bell by itself
    return rung
