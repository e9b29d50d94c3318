"""Process 1 of a sandbox: carries out a plan of fixed steps and tells what happened.

It runs in an interpreter of its own, with nothing but the standard library, and reads
one JSON document. Every path in it was made by this project, every number was checked.
"""

import base64
import errno
import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.live.inside import linux, seccomp
from simulator.live.inside.containers import (
    CONTAINER_CAPABILITIES,
    Container,
    Wanted,
    fork_beside,
    join,
    start_container,
)
from simulator.live.inside.looking import kinds_of_its_own, look_at
from simulator.live.inside.programs import Board, Program, start

_ROOT = "/tmp"  # noqa: S108  the mount point of the sandbox's own root
_SANDBOX = ("user", "pid", "mnt", "uts", "ipc", "net")
_REQUESTS = struct.Struct("<q")
SERVED = 3


@dataclass
class Machine:
    """The sandbox as a machine: what runs on it, and what has happened."""

    request: Mapping[str, Any]
    board: Board = field(init=False)
    programs: dict[str, Program] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.board = Board(self.tell)

    def clock(self) -> int:
        """Microseconds since the start."""
        return int((time.monotonic() - self.began) * 1_000_000)

    def is_running(self, name: str) -> bool:
        """Return whether a program was started under this name and has not ended."""
        program = self.programs.get(name)
        return program is not None and program.ended is None

    def tell(self, kind: str, **facts: Any) -> None:
        """Write one line of what happened."""
        line = json.dumps({"kind": kind, "at": self.clock(), **facts})
        os.write(1, line.encode() + b"\n")


def write_file(machine: Machine, step: Mapping[str, Any]) -> None:
    """Write a file into the machine's root or into an image."""
    path = step["path"]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(base64.b64decode(step["content"]))
    os.chmod(path, step["mode"])
    machine.tell("written", step=step["step"])


def set_mode(machine: Machine, step: Mapping[str, Any]) -> None:
    """Set the permission bits of a file."""
    os.chmod(step["path"], step["mode"])
    machine.tell("mode", step=step["step"])


def run(machine: Machine, step: Mapping[str, Any]) -> None:
    """Start a program on the machine, or inside a container."""
    container = machine.containers.get(step["in"])

    def become() -> None:
        if container is not None:
            pid = container.program.pid
            kinds = kinds_of_its_own(pid)
            join(pid, [kind for kind in kinds if kind not in {"pid", "time"}])
            linux.keep_capabilities(
                CONTAINER_CAPABILITIES, machine.request["last_capability"]
            )

    def fork() -> int:
        return fork_beside(container.program.pid) if container else os.fork()

    program, error = start(machine.board, step["name"], step["path"], become, fork)
    if program is not None:
        machine.programs[step["name"]] = program
        machine.board.settle(program.pid)
    pid = program.pid if program else 0
    machine.tell("run", step=step["step"], errno=error, pid=pid)


def contain(machine: Machine, step: Mapping[str, Any]) -> None:
    """Start a container."""
    wanted = Wanted(
        step["name"],
        step["image"],
        step["path"],
        tuple(step["namespaces"]),
        step["uid_base"],
        tuple(step["cgroups"]),
        machine.request["last_capability"],
    )
    container, error = start_container(machine.board, wanted, machine.clock)
    if container is not None:
        machine.board.settle(container.program.pid)
        machine.containers[step["name"]] = container
        machine.programs[step["name"]] = container.program
    machine.tell(
        "container",
        step=step["step"],
        name=step["name"],
        errno=error,
        pid=container.program.pid if container else 0,
        stages=container.stages if container else {},
    )


def send_signal(machine: Machine, step: Mapping[str, Any]) -> None:
    """Send a signal to a program, from outside, and see what comes of it."""
    name = step["name"]
    if not machine.is_running(name):
        machine.tell("signalled", step=step["step"], errno=errno.ESRCH, alive=False)
        return
    os.kill(machine.programs[name].pid, step["number"])
    machine.board.listen(step["seconds"], lambda: not machine.is_running(name))
    alive = machine.is_running(name)
    machine.tell("signalled", step=step["step"], errno=0, alive=alive)


def request(machine: Machine, step: Mapping[str, Any]) -> None:
    """Send requests to running programs and count what they have served."""
    names = [name for name in step["names"] if machine.is_running(name)]
    before = len(machine.board.heard)
    for name in names:
        machine.programs[name].requests.send(_REQUESTS.pack(step["count"]))

    def all_served() -> bool:
        heard = machine.board.heard[before:]
        return sum(record.what == SERVED for record in heard) == len(names)

    machine.board.listen(2, all_served)
    served = {}
    for record in machine.board.heard[before:]:
        if record.what == SERVED:
            served[record.pid] = record.first
    machine.tell("served", step=step["step"], served=served)


def wait(machine: Machine, step: Mapping[str, Any]) -> None:
    """Let time pass and hear what happens meanwhile."""
    machine.board.listen(step["seconds"], lambda: False)
    machine.tell("waited", step=step["step"])


def look(machine: Machine, step: Mapping[str, Any]) -> None:
    """Tell what every container and the machine itself see."""
    machine.board.listen(0, lambda: True)
    views = {"machine": look_at(os.getpid(), [])}
    for name, container in machine.containers.items():
        if container.program.ended is None:
            pid = container.program.pid
            views[name] = look_at(pid, kinds_of_its_own(pid))
    machine.tell("views", step=step["step"], views=views)


STEPS: Mapping[str, Callable[[Machine, Mapping[str, Any]], None]] = {
    "write": write_file,
    "mode": set_mode,
    "run": run,
    "contain": contain,
    "signal": send_signal,
    "request": request,
    "wait": wait,
    "look": look,
}
"""The steps of a plan; there are no others."""


def enter_sandbox(machine: Machine) -> None:
    """Leave everything behind; come back as process 1 of the sandbox."""
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE["user"])
    machine.tell("unshared", pid=os.getpid())
    if machine.request["maps_itself"]:
        _map_one_user(user, group)
    sys.stdin.buffer.read(1)  # the users are mapped now
    os.setgid(0)
    os.setuid(0)
    # Else /proc would show this process and its children as another user's.
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    # The kernel forgets this whenever a process becomes another user.
    linux.die_with_parent(machine.request["parent"])
    linux.unshare(sum(linux.CLONE[k] for k in _SANDBOX if k != "user"))
    if os.fork():
        _, status = os.wait()
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    linux.die_with_parent(0)
    # Process 1 gets no signal that it has no handler for, not even an alarm.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))
    signal.alarm(machine.request["seconds"])
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", _ROOT, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=64m")
    for part in ("proc", "images", "containers"):
        os.mkdir(f"{_ROOT}/{part}")
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", f"{_ROOT}/proc", "proc", flags)
    linux.enter_root(_ROOT)
    linux.set_hostname("machine")
    seccomp.forbid(seccomp.FORBIDDEN_CALLS)


def _map_one_user(user: int, group: int) -> None:
    """As an ordinary user: root of the sandbox is oneself, and there is nobody else."""
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _bound() -> None:
    """Bound what this process and all that it starts may use."""
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))


LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_CPU: 20,
    resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_AS: 1 << 30,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_MEMLOCK: 0,
}
"""Bytes, seconds and counts for each process of a sandbox."""


def main() -> None:
    """Read the request, enter the sandbox, carry the plan out."""
    machine = Machine(json.loads(sys.stdin.buffer.readline()))
    try:
        _bound()
        enter_sandbox(machine)
        machine.tell("ready")
        for step in machine.request["plan"]:
            STEPS[step["do"]](machine, step)
        machine.tell("done")
    except Exception as error:  # noqa: BLE001  whoever waits outside must hear of it
        machine.tell("failed", log=f"{type(error).__name__}: {error}")
        os._exit(1)
    os._exit(0)
