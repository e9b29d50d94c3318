"""Changing files: who may, where they are, what that copies, what it takes.

In an overlay a file that lies in a layer below is copied to the upper directory
before its first change, all of it, however small the change. What is removed there
leaves a mark (a whiteout) that hides the file below; no space comes back.
"""

from dataclasses import dataclass, replace

from simulator.subsystems.files import DataFile, FileTree, Spot
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.storage import DiskFullError, blocks_kib

KIB = 1024
NO_FILE = DataFile("", 0)
MODES = ("change", "append", "replace")
"""Bytes written over those that are there, after them, or in place of the file."""


class FileError(Exception):
    """A file operation fails: errno by name, and the words of its message."""

    def __init__(self, errno_name: str, message: str) -> None:
        self.errno_name = errno_name
        self.errno = ERRNO[errno_name]
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class User:
    """Who asks for a change."""

    uid: int = 0
    """The kernel's number."""
    overrides: bool = True
    """May change files whoever owns them (CAP_DAC_OVERRIDE where they are)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did."""

    copied_kib: int
    """Copied up from a layer below, before anything was written."""
    written_kib: int
    taken_kib: int
    """Space on the disk that was free before, or less than nothing."""
    size: int
    """Bytes of the file now."""


ROOT = User()


def write(
    root: FileTree,
    path: str,
    size: int,
    *,
    mode: str = "change",
    content: str = "",
    private: bool = False,
    user: User = ROOT,
    copy_up: str = "file",
) -> Change:
    """Write so many bytes; raise FileError EROFS, EACCES or ENOSPC.

    ``copy_up`` is the mechanism ``container.copy_up``: whole files are copied up, or
    only the blocks that change.
    """
    spot = _changeable(root, path, user)
    tree, before = spot.tree, _present(spot.tree, spot.path)
    is_below = tree.holds_below(spot.path)
    copied = before.size if is_below and mode != "replace" else 0
    if copy_up == "block":
        copied = min(copied, blocks_kib(size) * KIB)
    after = _size_after(before.size, size, mode)
    own = min(after, copied + size) if copy_up == "block" and is_below else after
    taken = blocks_kib(own) - blocks_kib(tree.own_size(spot.path))
    _charge(tree, taken)
    owner = before.uid if before is not NO_FILE else user.uid
    hidden = private or before.private
    tree.put(DataFile(spot.path, after, content or before.content, owner, hidden))
    if tree.upper is not None:
        tree.upper[spot.path] = own
    return Change(-(-copied // KIB), -(-size // KIB), taken, after)


def remove(root: FileTree, path: str, *, user: User = ROOT) -> Change:
    """Remove a file, or all below a directory; raise FileError ENOENT, EROFS, EACCES.

    Space comes back only for what the tree holds itself.
    """
    spot = _changeable(root, path, user)
    tree = spot.tree
    gone = tree.under(spot.path)
    if not gone:
        raise FileError("ENOENT", "No such file or directory")
    freed = sum(blocks_kib(tree.own_size(found)) for found in gone)
    tree.hide(spot.path)
    _charge(tree, -freed)
    if tree.upper is not None and tree.below is not None:
        for found in gone:
            tree.upper.pop(found, None)
            if tree.below.holds(found):
                tree.whiteouts.add(found)
    return Change(0, 0, -freed, 0)


def read(root: FileTree, path: str, *, user: User = ROOT) -> DataFile:
    """Return the file that is seen at a path, or raise FileError ENOENT or EACCES."""
    spot = root.at(path)
    found = _present(spot.tree, spot.path)
    if found is NO_FILE:
        raise FileError("ENOENT", "No such file or directory")
    is_other = found.private and found.uid != user.uid
    if spot.checks_owner and is_other and not user.overrides:
        raise FileError("EACCES", "Permission denied")
    return found


def _present(tree: FileTree, path: str) -> DataFile:
    program = tree.files.get(path)
    if program is not None:
        return DataFile(path, program.text_kib * KIB, program.name)
    return tree.data.get(path, NO_FILE)


def _changeable(root: FileTree, path: str, user: User) -> Spot:
    """Return where a file is that may be changed, or raise FileError."""
    spot = root.at(path)
    if spot.read_only:
        raise FileError("EROFS", "Read-only file system")
    found = _present(spot.tree, spot.path)
    owner = spot.uid if found is NO_FILE else found.uid
    if spot.checks_owner and owner != user.uid and not user.overrides:
        raise FileError("EACCES", "Permission denied")
    return spot


def _size_after(before: int, size: int, mode: str) -> int:
    if mode == "append":
        return before + size
    return size if mode == "replace" else max(before, size)


def _charge(tree: FileTree, kib: int) -> None:
    if tree.storage is None:
        return
    try:
        tree.storage.charge(tree.device, kib)
    except DiskFullError as error:
        raise FileError("ENOSPC", str(error)) from error


def renamed(entry: DataFile, path: str) -> DataFile:
    """Return the same file at another path."""
    return replace(entry, path=path)
