"""The steps of a plan, as process 1 of a sandbox carries them out."""

import base64
import errno
import os
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

from simulator.live.inside import linux
from simulator.live.inside.containers import (
    CONTAINER_CAPABILITIES,
    Wanted,
    fork_beside,
    join,
    start_container,
)
from simulator.live.inside.formats import register_format
from simulator.live.inside.looking import kinds_of_its_own, look_at
from simulator.live.inside.machine import Machine
from simulator.live.inside.programs import start

_REQUESTS = struct.Struct("<q")
SERVED = 3
_LONGEST = 10
"""Seconds: for longer a plan waits only where nothing can happen."""


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
    # Asked here: in the child, /proc is still the machine's, and its number is not.
    kinds = kinds_of_its_own(container.program.pid) if container else []

    def become() -> None:
        if container is not None:
            join(container.program.pid, [kind for kind in kinds if kind != "pid"])
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
        step["boottime_offset_s"],
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
    machine.wait(step["seconds"], lambda: not machine.is_running(name), most=_LONGEST)
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
    """Let time pass, or as much of it as something can happen in."""
    whole = machine.wait(step["seconds"], lambda: False, most=_LONGEST)
    machine.tell("waited", step=step["step"], whole=whole)


def look(machine: Machine, step: Mapping[str, Any]) -> None:
    """Tell what every container and the machine itself see, once all is at rest."""
    whole = machine.come_to_rest(_LONGEST)
    now = time.clock_gettime(time.CLOCK_MONOTONIC)
    views = {"machine": look_at(os.getpid(), [], now)}
    for name, container in machine.containers.items():
        if container.program.ended is None:
            pid = container.program.pid
            views[name] = look_at(pid, kinds_of_its_own(pid), now)
    counts = {
        name: {key: _count(*source) for key, source in sources.items()}
        for name, sources in step.get("counters", {}).items()
    }
    machine.tell("views", step=step["step"], views=views, counts=counts, whole=whole)


def _count(descriptor: int, word: str) -> int:
    """Read a number that the kernel keeps, after a word or alone."""
    lines = os.pread(descriptor, 1 << 16, 0).decode().splitlines()
    rows = [line.split() for line in lines]
    return next((int(row[-1]) for row in rows if len(row) == 1 or row[0] == word), 0)


def register(machine: Machine, step: Mapping[str, Any]) -> None:
    """Register an interpreter for files of one format."""
    error = register_format(step["line"])
    machine.tell("registered", step=step["step"], errno=error)


STEPS: Mapping[str, Callable[[Machine, Mapping[str, Any]], None]] = {
    "write": write_file,
    "mode": set_mode,
    "run": run,
    "contain": contain,
    "signal": send_signal,
    "request": request,
    "wait": wait,
    "look": look,
    "register": register,
}
"""The steps of a plan; there are no others."""
