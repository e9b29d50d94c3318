"""File trees as commands change them: paths, directories, copies, differences."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from posixpath import basename, dirname, join, normpath
from typing import TypeVar

from simulator.subsystems.containers.images import Layer
from simulator.subsystems.files import DataFile, FileTree, Program

DIRECTORY = "<directory>"
"""Content of a data file that stands for a directory."""

WORLD_WRITABLE = ("/tmp", "/var/tmp")  # noqa: S108 - paths of the modelled machine

Entry = Program | DataFile
Found = TypeVar("Found", Program, DataFile)
Snapshot = tuple[dict[str, Program], dict[str, DataFile], set[str]]


def absolute(cwd: str, path: str) -> str:
    """Return a path from the root, without dots and double slashes."""
    found = normpath(join(cwd, path))
    return f"/{found.lstrip('/')}"


def entry_at(tree: FileTree, path: str) -> Entry | None:
    """Return the file or the directory entry at a path."""
    return tree.files.get(path) or tree.data.get(path)


def is_directory(tree: FileTree, path: str) -> bool:
    """Return whether a path is a directory: made as one, or with something in it."""
    found = tree.data.get(path)
    if found is not None:
        return found.content == DIRECTORY
    return path == "/" or any(True for _ in below(tree, path))


def exists(tree: FileTree, path: str) -> bool:
    """Return whether there is anything at a path."""
    return path in tree.files or path in tree.data or is_directory(tree, path)


def below(tree: FileTree, path: str) -> Iterator[Entry]:
    """Go through all entries under a directory."""
    prefix = path.rstrip("/") + "/"
    yield from [entry for p, entry in tree.files.items() if p.startswith(prefix)]
    yield from [entry for p, entry in tree.data.items() if p.startswith(prefix)]


def files_in(tree: FileTree, path: str) -> list[Entry]:
    """Return a file, or all files under a directory, in the order of their paths."""
    found = entry_at(tree, path)
    entries = [] if found is None else [found]
    return sorted([*entries, *below(tree, path)], key=lambda entry: entry.path)


def make_directory(tree: FileTree, path: str, uid: int = 0) -> None:
    """Make a directory, and those above it that are missing."""
    above = dirname(path)
    if path != "/" and not is_directory(tree, path):
        make_directory(tree, above, uid)
        tree.put(DataFile(path, 0, DIRECTORY, uid))


def write(tree: FileTree, path: str, text: str, uid: int = 0) -> None:
    """Write a text into a file."""
    tree.put(DataFile(path, len(text.encode("utf-8", "replace")), text, uid))


def place(tree: FileTree, entry: Entry, path: str, uid: int | None = None) -> None:
    """Put a copy of an entry at a path; a program keeps what it is."""
    if isinstance(entry, Program):
        tree.data.pop(path, None)
        tree.add(entry if entry.path == path else replace(entry, path=path))
    else:
        owner = entry.uid if uid is None else uid
        tree.put(replace(entry, path=path, uid=owner))


def copy(tree: FileTree, source: str, target: str, origin: FileTree) -> int:
    """Copy a file or what is under a directory; return how many files that were."""
    entries = files_in(origin, source)
    for entry in entries:
        rest = entry.path[len(source.rstrip("/")) :]
        place(tree, entry, absolute("/", f"{target}/{rest}") if rest else target)
    return sum(1 for e in entries if not is_marker(e))


def is_marker(entry: Entry) -> bool:
    """Return whether an entry only says that there is a directory."""
    return isinstance(entry, DataFile) and entry.content == DIRECTORY


def target_of(tree: FileTree, target: str, source: str) -> str:
    """Return where a copy goes: into a directory under its own name, or there."""
    return join(target, basename(source)) if is_directory(tree, target) else target


def may_write(tree: FileTree, path: str, uid: int) -> bool:
    """Return whether a user may change what is at a path.

    The owner of the nearest entry at or above it decides; root may everything.
    """
    if uid == 0 or any(path.startswith(f"{free}/") for free in WORLD_WRITABLE):
        return True
    while path != "/":
        found = tree.data.get(path)
        if found is not None:
            return found.uid == uid
        path = dirname(path)
    return False


def snapshot(tree: FileTree) -> Snapshot:
    """Remember what is in a tree."""
    return dict(tree.files), dict(tree.data), set(tree.runtimes)


def difference(before: Snapshot, tree: FileTree, created_by: str) -> Layer:
    """Return what has changed since a snapshot, as a layer."""
    files, data, runtimes = before
    gone = [p for p in files if p not in tree.files and p not in tree.data]
    gone += [p for p in data if p not in tree.files and p not in tree.data]
    whiteouts: list[str] = []
    for path in sorted(gone):
        if not any(path.startswith(f"{above}/") for above in whiteouts):
            whiteouts.append(path)
    return Layer(
        programs=tuple(_others(files, tree.files)),
        libraries=tuple(sorted(tree.runtimes - runtimes)),
        files=tuple(_others(data, tree.data)),
        whiteouts=tuple(whiteouts),
        created_by=created_by,
    )


def _others(before: Mapping[str, Found], after: Mapping[str, Found]) -> Iterator[Found]:
    """Go through what is new or not as it was; most of a tree is the very same."""
    for path, entry in after.items():
        old = before.get(path)
        if old is not entry and old != entry:
            yield entry
