"""Nodes of a file tree that is made up as it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.subsystems.files import Program

Read = Callable[[], str]
Write = Callable[[str], None]

ERRORS = {
    "ENOENT": "No such file or directory",
    "EACCES": "Permission denied",
    "EISDIR": "Is a directory",
    "ENOTDIR": "Not a directory",
    "EINVAL": "Invalid argument",
    "EEXIST": "File exists",
    "EROFS": "Read-only file system",
    "ENOSPC": "No space left on device",
    "EBUSY": "Device or resource busy",
    "EPERM": "Operation not permitted",
    "ESRCH": "No such process",
    "ELOOP": "Too many levels of symbolic links",
}
"""strerror(3) of what a file system answers."""


class FileError(Exception):
    """A file cannot be used so: errno by name."""

    def __init__(self, errno_name: str) -> None:
        self.errno_name = errno_name
        self.text = ERRORS[errno_name]
        super().__init__(errno_name)


@dataclass(frozen=True, slots=True)
class File:
    """A file: what reading it gives, and what writing to it does."""

    read: Read
    write: Write | None = None
    program: Program | None = None
    """The program whose file it is."""
    is_virtual: bool = True
    """The kernel makes it up: its size shows as 0."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link; the kernel's own have targets that are no paths."""

    target: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory, listed when somebody looks."""

    entries: "Callable[[], Mapping[str, Node]]"
    is_virtual: bool = False


Node = File | Folder | Link


def text(content: str) -> File:
    """Return a file of the kernel's with fixed content."""
    return File(lambda: content)


def folder(entries: Mapping[str, Node]) -> Folder:
    """Return a directory of the kernel's with these entries."""
    return Folder(lambda: entries, is_virtual=True)
