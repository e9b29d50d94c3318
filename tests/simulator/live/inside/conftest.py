"""What runs inside a sandbox is not measured, and neither are children of its tests."""

import os
import posix

import coverage
import pytest


@pytest.fixture(autouse=True)
def _children_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each child would begin to measure anew, and store all when it ends."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.setattr(coverage.Coverage, "current", lambda: None)
    monkeypatch.setattr(os, "_exit", posix._exit)
