"""A sandbox from outside: a child process that carries a plan out and may not stay.

The child is an interpreter of its own with an empty environment and no descriptors but
those it is given. It dies with this process, with its time, or with its plan, and all
that it started dies with it: it is process 1 of a PID namespace, and its files are in
a memory file system that nobody else sees.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.errors import SimulatorError

Fact = dict[str, Any]
"""One line that the sandbox told: ``kind``, ``at`` (microseconds), and more."""

WALL_SECONDS = 20.0
_PACKAGE = Path(__file__).resolve().parents[1]
_STUBS = {
    "simulator": _PACKAGE,
    "simulator.live": _PACKAGE / "live",
    "simulator.live.inside": _PACKAGE / "live" / "inside",
}
"""Packages that the child has without their contents: it loads what is inside only."""
_BOOT = "\n".join(
    [
        "import sys, types",
        *(
            f"m = types.ModuleType({name!r}); m.__path__ = [{str(path)!r}];"
            f" sys.modules[{name!r}] = m"
            for name, path in _STUBS.items()
        ),
        "from simulator.live.inside.controller import main",
        "main()",
    ]
)
_USERS = "0 2000000 1000000"
"""As root: users of the sandbox are a million users that nobody else is."""


class SandboxError(SimulatorError):
    """The sandbox could not be made, or did not come to the end of its plan."""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a sandbox told."""

    facts: tuple[Fact, ...]
    in_time: bool

    def of(self, step: int) -> Fact:
        """Return the fact that ended a step. Raises SandboxError when there is none."""
        for fact in self.facts:
            if fact.get("step") == step:
                return fact
        raise SandboxError(f"step {step} of the plan has told nothing")


def carry_out(
    plan: Sequence[Fact],
    *,
    seconds: float = WALL_SECONDS,
    descriptors: Sequence[int] = (),
    calls: Sequence[str] = (),
) -> Told:
    """Carry a plan out in a new sandbox and return what it told.

    ``descriptors`` are handed on, for steps that write to them or read them; ``calls``
    are system calls that programs may make beyond those that all may. Raises
    SandboxError when the sandbox cannot be made or its controller fails.
    """
    request = {
        "plan": list(plan),
        "parent": os.getpid(),
        "seconds": int(seconds) + 2,
        "last_capability": _last_capability(),
        "maps_itself": os.geteuid() != 0,
        "calls": list(calls),
    }
    with subprocess.Popen(  # noqa: S603  this interpreter, with code of ours
        [sys.executable, "-I", "-S", "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd="/",
        pass_fds=tuple(descriptors),
        start_new_session=True,
    ) as child:
        try:
            return _converse(child, request, time.monotonic() + seconds)
        finally:
            _end(child)


def _converse(child: "subprocess.Popen[bytes]", request: Fact, deadline: float) -> Told:
    _send(child, json.dumps(request).encode() + b"\n")
    facts: list[Fact] = []
    for line in _lines(child, deadline):
        fact = json.loads(line)
        facts.append(fact)
        if fact["kind"] == "unshared" and not request["maps_itself"]:
            _map_users(fact["pid"])
        if fact["kind"] == "unshared":
            _send(child, b".")
        if fact["kind"] == "done":
            return Told(tuple(facts), in_time=True)
        if fact["kind"] == "failed":
            raise SandboxError(fact["log"])
    if time.monotonic() < deadline:
        raise SandboxError(_last_words(child))
    return Told(tuple(facts), in_time=False)


def _send(child: "subprocess.Popen[bytes]", data: bytes) -> None:
    if child.stdin is None:
        raise AssertionError("a pipe was asked for")
    try:
        child.stdin.write(data)
        child.stdin.flush()
    except BrokenPipeError as error:
        raise SandboxError(_last_words(child)) from error


def _lines(child: "subprocess.Popen[bytes]", deadline: float) -> Iterator[bytes]:
    """Go through the lines that the child writes, until it ends or its time does."""
    if child.stdout is None:
        raise AssertionError("a pipe was asked for")
    rest = b""
    while True:
        left = max(deadline - time.monotonic(), 0)
        ready, _, _ = select.select([child.stdout], [], [], left)
        chunk = os.read(child.stdout.fileno(), 1 << 16) if ready else b""
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def _map_users(pid: int) -> None:
    for name in ("uid_map", "gid_map"):
        Path(f"/proc/{pid}/{name}").write_text(_USERS)


def _last_words(child: "subprocess.Popen[bytes]") -> str:
    """Return the last line that the child wrote to its standard error."""
    _end(child)
    words = child.stderr.read() if child.stderr else b""
    lines = words.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the sandbox ended without a word"


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child and wait for its end; its process 1 and all others go with it."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _last_capability() -> int:
    return int(Path("/proc/sys/kernel/cap_last_cap").read_text())
