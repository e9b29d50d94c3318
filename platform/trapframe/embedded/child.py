"""Child processes that cannot outlive the process that started them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import IO

_LAUNCH = Path(__file__).with_name("launch.py")
# The kernel ties a child to the *thread* that started it: this one lives as long as
# the process, whichever thread asks.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="start-child")


@dataclass(frozen=True)
class Account:
    """An unprivileged user that a child of root runs as."""

    uid: int
    gid: int


def start_child(
    command: Sequence[str],
    *,
    death_signal: Signals,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; it gets `death_signal` when we end.

    A session of its own: Ctrl-C in the terminal reaches us alone, and we decide the
    order in which children end.
    """
    who = f"{account.uid}:{account.gid}" if account else "-"
    head = [sys.executable, "-I", "-S", str(_LAUNCH)]
    arguments = [str(os.getpid()), str(int(death_signal)), who, *command]

    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own commands
            [*head, *arguments],
            env=None if env is None else dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
        )

    return _SPAWNER.submit(spawn).result()
