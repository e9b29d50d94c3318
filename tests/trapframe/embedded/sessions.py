"""Run a Python program with the services, as root or as an ordinary user."""

import os
import pwd
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.source_code import ROOT
from trapframe.embedded.addresses import folder_name

ORDINARY = "nobody"
_HEAD = f"""
import os, signal, sys, time
from pathlib import Path
sys.path[1:1] = [{str(ROOT)!r}, {str(ROOT / "platform")!r}]
import psycopg
from trapframe.embedded import services, start_child
data = Path(sys.argv[1])
"""


def users() -> list[str]:
    """Who the services are tried as: we, and for root an ordinary user as well.

    Unless Python itself lies where no other user can run it, as below /root.
    """
    me = pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() != 0 or not _can_run_python(ORDINARY):
        return [me]
    return [me, ORDINARY]


@cache
def _can_run_python(user: str) -> bool:
    try:
        subprocess.run([sys.executable, "-c", ""], user=user, cwd="/", check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def start(program: str, data_dir: Path, user: str) -> "subprocess.Popen[str]":
    """Run `program` with services, psycopg, start_child, data, os, signal, time."""
    is_us = user == pwd.getpwuid(os.getuid()).pw_name
    return subprocess.Popen(
        [sys.executable, "-c", _HEAD + textwrap.dedent(program), str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        user=None if is_us else user,
        # Another user could not write what a measured process has to write.
        env={k: v for k, v in os.environ.items() if is_us or "COVERAGE" not in k},
    )


def run(program: str, data_dir: Path, user: str) -> str:
    """What the program prints; it must end well."""
    process = start(program, data_dir, user)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output


def processes_of(data_dir: Path) -> list[str]:
    """The command lines that name the data folder or its sockets, zombies left out."""
    names = {str(data_dir).encode(), folder_name(data_dir).encode()}
    lines = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if any(name in line for name in names) and str(os.getpid()) != entry.name:
            lines.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return lines


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
