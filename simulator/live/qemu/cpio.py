"""The initial file system of a guest kernel: an archive made byte by byte.

The format is cpio's "newc" (kernel documentation, driver-api/early-userspace).
"""

from collections.abc import Iterable
from dataclasses import dataclass

_MAGIC, _END = b"070701", "TRAILER!!!"
_ALIGNMENT = 4
_DIRECTORY, _FILE, _DEVICE = 0o040000, 0o100000, 0o020000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive; all are root's and as old as the epoch."""

    path: str
    """Without a slash in front."""
    mode: int
    """Kind and permission bits, as in ``st_mode``."""
    content: bytes = b""
    device: tuple[int, int] = (0, 0)
    """Major and minor number, of a device alone."""


def directory(path: str) -> Entry:
    """Return a directory."""
    return Entry(path, _DIRECTORY | 0o755)


def file(path: str, content: bytes, mode: int = 0o755) -> Entry:
    """Return an ordinary file."""
    return Entry(path, _FILE | mode, content)


def character_device(path: str, major: int, minor: int) -> Entry:
    """Return a device that is read and written byte by byte."""
    return Entry(path, _DEVICE | 0o600, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """Return an archive: the same entries, the same bytes."""
    made = b"".join(_packed(entry, at) for at, entry in enumerate(entries, start=1))
    return made + _packed(Entry(_END, 0), 0)


def _packed(entry: Entry, number: int) -> bytes:
    name = entry.path.encode() + b"\0"
    fields = (
        number,
        entry.mode,
        0,  # user
        0,  # group
        1,  # links
        0,  # time
        len(entry.content),
        0,  # the file system's own device
        0,
        *entry.device,
        len(name),
        0,  # no checksum
    )
    header = _MAGIC + b"".join(b"%08X" % value for value in fields)
    return _padded(header + name) + _padded(entry.content)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % _ALIGNMENT)
