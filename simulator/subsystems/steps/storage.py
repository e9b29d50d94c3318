"""Steps with files: what processes write, read and remove, and what they say."""

from collections.abc import Mapping
from typing import Any

from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.filesystem import Change, FileError, User, read, remove, write
from simulator.subsystems.processes import Process
from simulator.subsystems.users import UserNamespace

Arguments = Mapping[str, Any]


def write_file(process: Process, arguments: Arguments) -> Work:
    """Write bytes: over those of a file, after them, or in place of them all."""
    yield 0
    path = arguments["path"]
    try:
        change = write(
            process.root,
            path,
            arguments["bytes"],
            mode=arguments["mode"],
            content=arguments["content"],
            private=arguments["private"],
            user=user_of(process),
            copy_up=str(process.kernel.mechanisms["container.copy_up"]),
        )
    except FileError as error:
        _refused(process, "write_file", path, error)
        return
    if process.root.at(path).tree.storage is not None:
        kernel, written = process.kernel, change.written_kib
        file = f"{process.root.device_of(path)}:{path}"
        yield from kernel.pages.fill_cache(process, file, written)
        yield from kernel.platform.block_device.move(change.copied_kib + written)
    _done(process, "write_file", path, change)


def remove_file(process: Process, arguments: Arguments) -> Work:
    """Remove a file, or all that is below a directory."""
    yield 0
    path = arguments["path"]
    try:
        change = remove(process.root, path, user=user_of(process))
    except FileError as error:
        _refused(process, "remove_file", path, error)
        return
    _done(process, "remove_file", path, change)


def cat(process: Process, arguments: Arguments) -> Work:
    """Read a file."""
    yield 0
    path = arguments["path"]
    try:
        found = read(process.root, path, user=user_of(process))
    except FileError as error:
        _refused(process, "cat", path, error)
        return
    process.last_status = 0
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        "cat",
        cause=process.last_seq,
        target=path,
        pid=process.pid,
        place=process.place,
        size=found.size,
        content=found.content,
    )


def print_line(process: Process, arguments: Arguments) -> Work:
    """Write a line to standard output; an engine keeps that of its containers."""
    yield 0
    if process.output is not None:
        process.output.append(arguments["text"])


def user_of(process: Process) -> User:
    """Return who a process is when it changes files."""
    credentials = process.credentials
    overrides = credentials.may("DAC_OVERRIDE", first_namespace(process))
    return User(credentials.uid, overrides)


def first_namespace(process: Process) -> UserNamespace:
    """Return the user namespace that the machine itself belongs to."""
    first = process.credentials.user
    while first.parent is not None:
        first = first.parent
    return first


def _done(process: Process, action: str, path: str, change: Change) -> None:
    process.last_status = 0
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        cause=process.last_seq,
        target=path,
        pid=process.pid,
        place=process.place,
        size=change.size,
        copied_kib=change.copied_kib,
        taken_kib=change.taken_kib,
    )


def _refused(process: Process, action: str, path: str, error: FileError) -> None:
    """Tell of a failure; the process goes on, as a shell does after a command."""
    process.last_status = 1
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        FAILED,
        cause=process.last_seq,
        target=path,
        pid=process.pid,
        place=process.place,
        errno=error.errno,
        errno_name=error.errno_name,
        log=f"{path}: {error}",
    )


STEPS = {
    "write_file": write_file,
    "cat": cat,
    "remove_file": remove_file,
    "print": print_line,
}
