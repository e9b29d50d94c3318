"""Steps that need rights over the kernel, its disks, or a container engine."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.files import Mount
from simulator.subsystems.filesystem import FileError, read
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.processes import Process
from simulator.subsystems.steps.storage import first_namespace, user_of

Arguments = Mapping[str, Any]

SOCKET = "/var/run/docker.sock"
"""Where an engine listens for whoever may write to that file."""
GROUP = "docker"
"""Members of this group may."""


@runtime_checkable
class Answering(Protocol):
    """A service that starts containers for whoever asks it."""

    def asked(self, place: str, wish: Mapping[str, Any], cause: int) -> Work:
        """Start a container for a process at ``place``."""


def load_module(process: Process, arguments: Arguments) -> Work:
    """Put code into the kernel; it may be code that brings it down."""
    yield 0
    kernel, name = process.kernel, arguments["name"]
    if not process.credentials.may("SYS_MODULE", first_namespace(process)):
        log = f"modprobe: ERROR: could not insert '{name}': Operation not permitted"
        _refused(process, "load_module", name, "EPERM", log)
        return
    process.last_status = 0
    process.last_seq = _record(process, "load_module", name)
    if arguments["crashes"]:
        kernel.panic(f"Fatal exception in {name}", process.last_seq)


def mount_disk(process: Process, arguments: Arguments) -> Work:
    """Mount the disk of the machine that the kernel runs on, all of it."""
    yield 0
    path, credentials = arguments["path"], process.credentials
    allowed = credentials.may("SYS_ADMIN", first_namespace(process))
    if not allowed or not credentials.devices:
        log = f"mount: {path}: permission denied"
        _refused(process, "mount_disk", path, "EPERM", log)
        return
    process.root.mounts[path] = Mount(process.kernel.root, checks_owner=True)
    process.last_status = 0
    process.last_seq = _record(process, "mount_disk", path)


def ask_engine(process: Process, arguments: Arguments) -> Work:
    """Ask the container engine by its socket to start a container of the own image."""
    yield 0
    error = _closed(process)
    engines = [guest for guest in process.kernel.guests if isinstance(guest, Answering)]
    if not error and not engines:
        error = ("ECONNREFUSED", f"Cannot connect to the Docker daemon at {SOCKET}")
    if error:
        _refused(process, "ask_engine", SOCKET, *error)
        return
    process.last_status = 0
    process.last_seq = _record(process, "ask_engine", SOCKET)
    yield from engines[0].asked(process.place, arguments, process.last_seq)


def _closed(process: Process) -> tuple[str, str] | None:
    """Return errno and log when a process cannot write to the engine's socket."""
    try:
        found = read(process.root, SOCKET)
    except FileError:
        log = f"Cannot connect to the Docker daemon at unix://{SOCKET}"
        return "ENOENT", f"{log}. Is the docker daemon running?"
    user = user_of(process)
    owns = user.overrides or found.uid == user.uid
    if owns or GROUP in process.credentials.groups:
        return None
    return "EACCES", f"permission denied while trying to connect to unix://{SOCKET}"


def _record(process: Process, action: str, target: str) -> int:
    return process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        cause=process.last_seq,
        target=target,
        pid=process.pid,
        place=process.place,
    )


def _refused(
    process: Process, action: str, target: str, errno_name: str, log: str
) -> None:
    process.last_status = 1
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        FAILED,
        cause=process.last_seq,
        target=target,
        pid=process.pid,
        place=process.place,
        errno=ERRNO[errno_name],
        errno_name=errno_name,
        log=log,
    )


STEPS = {
    "load_module": load_module,
    "mount_disk": mount_disk,
    "ask_engine": ask_engine,
}
