"""The time from a command to the first word of what it starts."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from simulator.live.inside import linux

_ENDS_WITHIN_S = 10.0
_GROUPS = "/sys/fs/cgroup"


class SilentError(Exception):
    """A command has not said a word; the message is what it complained of."""


def seconds_to_first_word(command: Sequence[str]) -> float:
    """Start a command; return the time until the first byte of its output.

    Raises SilentError when it ends without one, OSError when it cannot be started.
    """
    ours, theirs = socket.socketpair()
    ours.settimeout(_ENDS_WITHIN_S)
    with ours, theirs:
        began = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603  commands of ours, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=theirs.fileno(),
            stderr=subprocess.PIPE,
            env={},
        )
        theirs.close()
        word = b""
        with suppress(TimeoutError):
            word = ours.recv(1)
        passed = time.perf_counter() - began
        complaint = _end(child)
    if not word:
        raise SilentError(complaint)
    return passed


def _end(child: "subprocess.Popen[bytes]") -> str:
    """Wait for a command's end, kill it if need be; return its last complaint."""
    try:
        _, complaints = child.communicate(timeout=_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        _, complaints = child.communicate()
    lines = complaints.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"


def measure(
    commands: Mapping[str, Sequence[str]], rounds: int, times: dict[str, list[float]]
) -> list[str]:
    """Start each command so many times, in turns; append to ``times``, in seconds.

    Returns why those that failed did, and keeps no time of theirs. A child does it:
    what it changes for the sake of a tool ends with it.
    """
    reading, writing = os.pipe()
    child = os.fork() or _tell(writing, commands, rounds)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = json.loads(pipe.read())
    os.waitpid(child, 0)
    for name, one in found.items():
        if not one["failed"]:
            times[name] += one["seconds"]
    return [f"{name}: {one['failed']}" for name, one in found.items() if one["failed"]]


def _tell(writing: int, commands: Mapping[str, Sequence[str]], rounds: int) -> NoReturn:
    """In the child: measure, write down what was found, and end."""
    try:
        with suppress(OSError):  # crun will say itself what it misses
            show_groups_of_version_2()
        with os.fdopen(writing, "w") as pipe:
            json.dump(_in_turns(commands, rounds), pipe)
    finally:
        os._exit(0)


def _in_turns(
    commands: Mapping[str, Sequence[str]], rounds: int
) -> dict[str, dict[str, Any]]:
    """Return ``seconds`` by name, and in ``failed`` why a command was given up."""
    found: dict[str, dict[str, Any]] = {
        name: {"seconds": [], "failed": ""} for name in commands
    }
    for _ in range(rounds):
        for name, command in commands.items():
            if found[name]["failed"]:
                continue
            try:
                found[name]["seconds"].append(seconds_to_first_word(command))
            except (OSError, SilentError) as error:
                found[name]["failed"] = str(error)
    return found


def show_groups_of_version_2() -> None:
    """Let what is started from here find nothing but cgroups of version 2.

    crun gives up where both versions are mounted. Takes root; nobody else sees it.
    Raises OSError where even root may not mount anything.
    """
    if os.geteuid() == 0 and not Path(_GROUPS, "cgroup.controllers").exists():
        linux.unshare(linux.CLONE["mnt"])
        linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
        linux.mount("none", _GROUPS, "cgroup2")
