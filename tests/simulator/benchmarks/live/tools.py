"""Stand-ins for tools that a machine may lack."""

import os
from pathlib import Path

import pytest


def put_on_path(
    folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str
) -> dict[str, Path]:
    """Make these shell scripts the only tools that are found on PATH."""
    for name, text in scripts.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(folder))
    return {path.name: path for path in folder.iterdir()}
