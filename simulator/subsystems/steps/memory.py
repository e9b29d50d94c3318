"""Steps with memory: allocate it, touch it, give it back; read and keep files."""

from collections.abc import Mapping
from typing import Any

from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.processes import Process

Arguments = Mapping[str, Any]

KIB = 1024
PERCENT = 100


def allocate(process: Process, arguments: Arguments) -> Work:
    """Ask for private memory, and touch it at once unless told not to.

    Instead of MiB it may be percent of the RAM that the program sees: what
    ``/proc/meminfo`` shows of the kernel's machine, or its cgroup's ``memory.max``.
    """
    yield 0
    kib = _wanted_kib(process, arguments)
    if arguments["mib"] is None:
        of, where = seen_kib(process, arguments["of"]), arguments["of"]
        _record(process, "size_heap", seen_kib=of, where=where, kib=kib)
    if not process.kernel.pages.reserve(process, kib):
        _refused(process, "mmap", "ENOMEM", "Cannot allocate memory")
        _give_up(process, arguments)
        return
    if not arguments["touch"]:
        _record(process, "mmap", kib=kib)
        return
    yield from _touch(process, kib, arguments)


def touch(process: Process, arguments: Arguments) -> Work:
    """Use so much of its memory: the part that was never touched first."""
    yield from _touch(process, arguments["mib"] * KIB, arguments)


def free(process: Process, arguments: Arguments) -> Work:
    """Give memory back."""
    yield 0
    process.kernel.pages.free(process, arguments["mib"] * KIB)
    _record(process, "munmap", kib=arguments["mib"] * KIB)


def read_file(process: Process, arguments: Arguments) -> Work:
    """Read so much of a file: what is in the page cache costs no I/O."""
    kib, path = arguments["mib"] * KIB, arguments["path"]
    file = f"{process.root.device_of(path)}:{path}"
    missing = yield from process.kernel.pages.read(process, file, kib)
    _record(process, "read", file=path, kib=kib, from_device_kib=missing)


def _touch(process: Process, kib: int, arguments: Arguments) -> Work:
    fits = yield from process.kernel.pages.touch(process, kib)
    if not process.alive:
        return
    if fits:
        _record(process, "touch_memory", kib=kib)
        return
    _refused(process, "touch_memory", "ENOMEM", "Cannot allocate memory")
    _give_up(process, arguments)


def _wanted_kib(process: Process, arguments: Arguments) -> int:
    if arguments["mib"] is not None:
        return int(arguments["mib"]) * KIB
    return seen_kib(process, arguments["of"]) * int(arguments["percent"]) // PERCENT


def seen_kib(process: Process, where: str) -> int:
    """Return the RAM that a program finds: in ``meminfo``, or of its ``cgroup``.

    No namespace and no cgroup changes ``/proc/meminfo``: it shows the kernel's own.
    """
    seen = process.kernel.platform.memory.capacity_kib
    if where == "cgroup" and process.cgroup is not None:
        for group in process.cgroup.chain:
            seen = min(seen, seen if group.memory_max is None else group.memory_max)
    return seen


def _give_up(process: Process, arguments: Arguments) -> None:
    """A program that cannot go on without it ends with an error."""
    if arguments.get("on_error", "exit") == "exit":
        process.kernel.end(process, exit_status=1, cause=process.last_seq)


def _refused(process: Process, action: str, errno_name: str, log: str) -> None:
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        FAILED,
        cause=process.last_seq,
        target=process.program.path,
        pid=process.pid,
        errno=ERRNO[errno_name],
        errno_name=errno_name,
        log=f"{process.program.name}: {log}",
    )


def _record(process: Process, action: str, **detail: Any) -> None:
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        cause=process.last_seq,
        target=process.program.path,
        pid=process.pid,
        **detail,
    )


STEPS = {
    "allocate": allocate,
    "touch": touch,
    "free": free,
    "read_file": read_file,
}
