import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.source_code import ROOT


@pytest.fixture
def manage() -> ModuleType:
    spec = importlib.util.spec_from_file_location("manage", ROOT / "manage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


def _run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "trapframe.settings", **env},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["help"],
        ["check"],
        ["demo"],
        ["--version"],
        ["migrate", "--help"],
    ],
)
def test_commands_without_a_database_start_no_services(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(manage, "_embedded_services", lambda: "started")
    assert manage._services(["manage.py", *arguments]) != "started"


def test_commands_with_a_database_start_the_services(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(manage, "_embedded_services", lambda: "started")
    assert manage._services(["manage.py", "migrate"]) == "started"


def test_a_named_database_is_used(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///x")
    monkeypatch.setattr(manage, "_embedded_services", lambda: "started")
    assert manage._services(["manage.py", "migrate"]) != "started"


def test_it_runs_from_any_folder_and_without_an_install() -> None:
    done = _run("check", PYTHONSAFEPATH="")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_a_missing_setting_is_told_without_a_traceback() -> None:
    done = _run("check", DATABASE_URL="postgresql:///x", CELERY_BROKER_URL="redis://x")
    assert done.returncode == 1
    assert done.stderr == (
        "TRAPFRAME_SECRET_KEY is not set: give it in the environment\n"
    )


def test_services_that_cannot_start_are_told_without_a_traceback(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    done = _run("migrate", TRAPFRAME_DATA=str(tmp_path / "file" / "data"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot make the folder {tmp_path}/file/data: ")
    assert "Traceback" not in done.stderr
