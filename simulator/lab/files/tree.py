"""Walking paths: the file tree of a process with the kernel's mounts in it."""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from simulator.lab.files.cgroups import cgroup_folder
from simulator.lab.files.nodes import File, FileError, Folder, Link, Node
from simulator.lab.files.proc import proc_folder
from simulator.lab.files.system import system_texts
from simulator.lab.view import View
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.filesystem import FileError as RefusedError
from simulator.subsystems.filesystem import remove, write
from simulator.subsystems.steps.storage import user_of

MOST_LINKS = 8
EMPTY = ("/dev", "/home", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var")  # noqa: S108  of the model
"""Directories that a Linux system has even when nothing is in them."""
_MAGIC = {"elf": "\x7fELF", "pe": "MZ", "mach-o": "\xcf\xfa\xed\xfe"}


def absolute(cwd: str, path: str) -> str:
    """Return a path from the root, without ``.`` and ``..``."""
    joined = posixpath.normpath(posixpath.join(cwd, path))
    return "/" + joined.lstrip("/")


def find(view: View, path: str, *, follows: bool = True) -> Node:
    """Return what is at a path; raise FileError when nothing is."""
    here: Node = _mounted(view, "/")
    done = "/"
    links = 0
    names = [name for name in path.split("/") if name]
    while names:
        name = names.pop(0)
        if not isinstance(here, Folder):
            raise FileError("ENOTDIR")
        entries = here.entries()
        if name not in entries:
            raise FileError("ENOENT")
        here = entries[name]
        if isinstance(here, Link) and (names or follows):
            links += 1
            if links > MOST_LINKS or ":[" in here.target:
                raise FileError("ELOOP" if links > MOST_LINKS else "ENOENT")
            target = absolute(done, here.target)
            names = [*(part for part in target.split("/") if part), *names]
            here, done = _mounted(view, "/"), "/"
            continue
        done = posixpath.join(done, name)
    return here


def read_file(view: View, path: str) -> str:
    """Return the content of a file; raise FileError when it cannot be read."""
    node = find(view, path)
    if isinstance(node, Folder):
        raise FileError("EISDIR")
    return node.read() if isinstance(node, File) else ""


def write_file(
    view: View, path: str, content: str, *, appends: bool = False, opens: bool = False
) -> None:
    """Write a file; ``opens``: only look whether that could be done.

    Raises FileError, also for what a file of the kernel's says to the content.
    """
    try:
        node = find(view, path)
    except FileError as error:
        if error.errno_name != "ENOENT":
            raise
        node = None
    if isinstance(node, Folder):
        raise FileError("EISDIR")
    if isinstance(node, File) and node.is_virtual:
        if node.write is None:
            raise FileError("EACCES")
        if not opens:
            node.write(content)
        return
    _check_place(view, path)
    if opens:
        return
    before = node.read() if appends and isinstance(node, File) else ""
    whole = before + content
    _changed(write, view, path, len(whole.encode()), mode="replace", content=whole)


def _check_place(view: View, path: str) -> None:
    """Raise FileError when there can be no file of this path."""
    parent = find(view, posixpath.dirname(path))
    if not isinstance(parent, Folder) or parent.is_virtual:
        raise FileError("EACCES")
    if view.root.at(path).read_only:
        raise FileError("EROFS")


def remove_file(view: View, path: str) -> None:
    """Take a file away; raise FileError when that cannot be done."""
    node = find(view, path, follows=False)
    if isinstance(node, Folder):
        raise FileError("EISDIR")
    if isinstance(node, File) and node.is_virtual:
        raise FileError("EPERM")
    _changed(remove, view, path)


def _changed(
    change: Callable[..., object], view: View, path: str, *args: Any, **how: Any
) -> None:
    """Change a file of the tree as the process that asks; raise FileError."""
    try:
        change(view.root, path, *args, user=user_of(view.process), **how)
    except RefusedError as error:
        raise FileError(error.errno_name) from error


def names_in(view: View, path: str) -> list[str]:
    """Return what a directory holds, sorted; nothing when it is none."""
    try:
        node = find(view, path)
    except FileError:
        return []
    return sorted(node.entries()) if isinstance(node, Folder) else []


def _mounted(view: View, path: str) -> Folder:
    """Return a directory of the file tree, with what is mounted there."""
    return Folder(partial(_entries, view, path))


def _entries(view: View, path: str) -> Mapping[str, Node]:
    inside = path if path.endswith("/") else f"{path}/"
    found: dict[str, Node] = {}
    everything = {
        where: File(partial(str, text)) for where, text in system_texts(view)
    } | dict(_files(view))
    for where, file in everything.items():
        if not where.startswith(inside):
            continue
        name, slash, _ = where.removeprefix(inside).partition("/")
        found[name] = _mounted(view, inside + name) if slash else file
    for where in (*EMPTY, *view.root.mounts):
        if posixpath.dirname(where) == path:
            found.setdefault(posixpath.basename(where), _mounted(view, where))
    if path == "/" and "usr" in found:
        for name in ("bin", "sbin"):
            found.setdefault(name, Link(f"/usr/{name}"))
    if path == "/":
        found["proc"] = proc_folder(view)
        found["sys"] = Folder(lambda: {"fs": _file_systems(view)}, is_virtual=True)
    return found


def _files(view: View) -> Iterator[tuple[str, File]]:
    """Go through the files of a tree, and of what is mounted into it."""
    root = view.root
    for where in (*root.files, *root.data):
        if root.at(where).tree is root:
            yield where, _file(root, where)
    for point, mount in root.mounts.items():
        source = mount.source.rstrip("/")
        for inner in mount.tree.under(source):
            yield point + inner.removeprefix(source), _file(mount.tree, inner)


def _file(tree: FileTree, path: str) -> File:
    program = tree.files.get(path)
    if program is not None:
        return File(partial(_content, program), None, program, is_virtual=False)
    return File(partial(str, tree.data[path].content), is_virtual=False)


def _file_systems(view: View) -> Folder:
    return Folder(lambda: {"cgroup": cgroup_folder(view)}, is_virtual=True)


def _content(program: Program) -> str:
    """Return the beginning of a program's file: what its loader looks at."""
    if program.format == "script":
        return f"#!{program.interpreter}\n" if program.interpreter else ""
    return _MAGIC[program.format]


def is_there(view: View, path: str) -> bool:
    """Return whether something is at a path."""
    try:
        find(view, path)
    except FileError:
        return False
    return True


def copy_program(
    program: Program, *, path: str | None = None, executable: bool | None = None
) -> Program:
    """Return a program's file at another place, or with another permission."""
    place = program.path if path is None else path
    allowed = program.executable if executable is None else executable
    return replace(program, path=place, executable=allowed)
