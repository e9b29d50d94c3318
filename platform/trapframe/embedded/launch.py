"""Run a program that ends when the process that started it ends, even by SIGKILL.

    python launch.py PARENT_PID SIGNAL UID:GID|- PROGRAM ARGUMENT...

Needs nothing but the standard library; run by path, never imported. The account is
changed first, because that would clear the request for the signal.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, death_signal: int, account: str, command: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if account != "-":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.umask(0o077)
    if libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it ended before the request was in force
        sys.exit(1)
    os.execvpe(command[0], command, os.environ)  # noqa: S606  the point of this file


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    except OSError as error:
        sys.exit(f"cannot start {sys.argv[4]}: {error}")
