"""Where the embedded services of a data folder listen; knowing it starts nothing."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

# A fixed folder, not TMPDIR: each process of a user must reckon the same address. A
# socket's path must stay below 108 bytes, which a data folder's path cannot promise.
_RUNTIME_ROOT = Path("/tmp")  # noqa: S108  the folder below it is private and checked

DATABASE = "trapframe"
SUPERUSER = "trapframe"
# No TCP port: PostgreSQL names its socket file by it. Given, so that PGPORT has no say.
PORT = 5432


@dataclass(frozen=True)
class Addresses:
    database_url: str  # for libpq
    broker_url: str  # for Celery
    cache_url: str  # the same Redis, for redis-py


def addresses(data_dir: Path) -> Addresses:
    folder = runtime_folder(data_dir)
    socket = folder / "redis.sock"
    return Addresses(
        database_url=f"postgresql://{SUPERUSER}@:{PORT}/{DATABASE}?host={folder}",
        broker_url=f"redis+socket://{socket}?virtual_host=0",
        cache_url=f"unix://{socket}?db=1",
    )


def runtime_folder(data_dir: Path) -> Path:
    """The folder of the sockets: one per data folder and user."""
    return _RUNTIME_ROOT / folder_name(data_dir)


def folder_name(data_dir: Path) -> str:
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    return f"trapframe-{os.getuid()}-{digest}"
