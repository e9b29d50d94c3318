"""Tools that change files: mkdir, rm, cp, mv, chmod, chown, touch, ln, tar."""

import re
from collections.abc import Callable
from dataclasses import replace
from posixpath import dirname

from simulator.engine import Work
from simulator.subsystems.builds.site import Call
from simulator.subsystems.builds.tools.people import uid_of
from simulator.subsystems.builds.trees import (
    absolute,
    copy,
    entry_at,
    exists,
    files_in,
    is_directory,
    make_directory,
    may_write,
    place,
    target_of,
)
from simulator.subsystems.files import DataFile, Program

_SYMBOLIC = re.compile(r"[ugoa]*([-+=])[rwxX]*x[rwxX]*\Z")
_OCTAL = re.compile(r"[0-7]?([0-7])[0-7]{2}\Z")
_CHMOD_OPTIONS = ("-R", "-v", "-f", "--recursive")
"""All of them; anything else with a dash in front is a mode, such as -x."""
_LEAST = 2


def _may_write(call: Call, path: str) -> bool:
    """Return whether the caller may change what is at a path; complain if not."""
    if may_write(call.tree, path, call.uid):
        return True
    call.err.append(f"{call.argv[0]}: {path}: Permission denied")
    return False


def _mkdir(call: Call) -> int:
    options, operands = call.split("-m")
    if not operands:
        return call.fail(1, "mkdir: missing operand")
    for name in operands:
        path = absolute(call.cwd, name)
        if "-p" not in options and "--parents" not in options:
            if exists(call.tree, path):
                return call.fail(
                    1, f"mkdir: cannot create directory '{name}': File exists"
                )
            if not is_directory(call.tree, dirname(path)):
                message = f"cannot create directory '{name}': No such file or directory"
                return call.fail(1, f"mkdir: {message}")
        if not _may_write(call, path):
            return 1
        make_directory(call.tree, path, call.uid)
    return 0


def _rm(call: Call) -> int:
    options, operands = call.split()
    recursive = any(name in options for name in ("-r", "-R", "--recursive"))
    forced = "-f" in options or "--force" in options
    status = 0
    for name in operands:
        path = absolute(call.cwd, name)
        if not exists(call.tree, path):
            if not forced:
                message = f"rm: cannot remove '{name}': No such file or directory"
                status = call.fail(1, message)
        elif is_directory(call.tree, path) and not recursive:
            status = call.fail(1, f"rm: cannot remove '{name}': Is a directory")
        elif not _may_write(call, path):
            status = 1
        else:
            call.tree.hide(path)
    return status


def _cp(call: Call) -> int:
    options, operands = call.split("-t")
    recursive = any(name in options for name in ("-r", "-R", "-a", "--recursive"))
    return _transfer(call, operands, recursive=recursive, moves=False)


def _mv(call: Call) -> int:
    _, operands = call.split()
    return _transfer(call, operands, recursive=True, moves=True)


def _transfer(call: Call, operands: list[str], *, recursive: bool, moves: bool) -> int:
    tool, tree = call.argv[0], call.tree
    if len(operands) < _LEAST:
        return call.fail(1, f"{tool}: missing destination file operand")
    *sources, last = operands
    target = absolute(call.cwd, last)
    if len(sources) > 1 and not is_directory(tree, target):
        return call.fail(1, f"{tool}: target '{last}' is not a directory")
    for name in sources:
        source = absolute(call.cwd, name)
        goal = target_of(tree, target, source)
        wrong = _obstacle(call, name, goal, recursive=recursive)
        if wrong:
            return call.fail(1, f"{tool}: {wrong}")
        if not _may_write(call, goal) or (moves and not _may_write(call, source)):
            return 1
        copy(tree, source, goal, tree)
        if moves:
            tree.hide(source)
    return 0


def _obstacle(call: Call, name: str, goal: str, *, recursive: bool) -> str:
    """Return why a file cannot be copied; else empty."""
    source = absolute(call.cwd, name)
    if not exists(call.tree, source):
        return f"cannot stat '{name}': No such file or directory"
    if is_directory(call.tree, source) and not recursive:
        return f"-r not specified; omitting directory '{name}'"
    if not is_directory(call.tree, dirname(goal)):
        return f"cannot create '{goal}': No such file or directory"
    return ""


def _chmod(call: Call) -> int:
    operands = [word for word in call.argv[1:] if word not in _CHMOD_OPTIONS]
    if len(operands) < _LEAST:
        return call.fail(1, "chmod: missing operand")
    mode, *names = operands
    executable = _executable(mode)
    for name in names:
        path = absolute(call.cwd, name)
        if not exists(call.tree, path):
            message = f"chmod: cannot access '{name}': No such file or directory"
            return call.fail(1, message)
        if not _may_write(call, path):
            return 1
        for entry in files_in(call.tree, path):
            if isinstance(entry, Program) and executable is not None:
                call.tree.add(replace(entry, executable=executable))
    return 0


def _executable(mode: str) -> bool | None:
    """Return whether a mode lets programs be executed; None: as it was."""
    symbolic, octal = _SYMBOLIC.match(mode), _OCTAL.match(mode)
    if symbolic:
        return symbolic[1] != "-"
    return bool(int(octal[1]) & 1) if octal else None


def _chown(call: Call) -> int:
    _, operands = call.split()
    if len(operands) < _LEAST:
        return call.fail(1, "chown: missing operand")
    owner, *names = operands
    uid = uid_of(call.tree, owner.partition(":")[0])
    if uid is None:
        return call.fail(1, f"chown: invalid user: '{owner}'")
    for name in names:
        path = absolute(call.cwd, name)
        if not exists(call.tree, path):
            message = f"chown: cannot access '{name}': No such file or directory"
            return call.fail(1, message)
        if call.uid:
            message = f"chown: changing ownership of '{name}': Operation not permitted"
            return call.fail(1, message)
        if is_directory(call.tree, path):
            make_directory(call.tree, path)
        for entry in files_in(call.tree, path):
            if isinstance(entry, DataFile):
                call.tree.put(replace(entry, uid=uid))
    return 0


def _touch(call: Call) -> int:
    for name in call.split("-d", "-t")[1]:
        path = absolute(call.cwd, name)
        if exists(call.tree, path):
            continue
        if not is_directory(call.tree, dirname(path)):
            return call.fail(
                1, f"touch: cannot touch '{name}': No such file or directory"
            )
        if not _may_write(call, path):
            return 1
        call.tree.put(DataFile(path, 0, "", call.uid))
    return 0


def _ln(call: Call) -> int:
    """Links are copies here: what they lead to does not change during a build."""
    _, operands = call.split()
    if len(operands) != _LEAST:
        return call.fail(1, "ln: missing file operand")
    return _transfer(call, operands, recursive=True, moves=False)


def _tar(call: Call) -> int:
    """Unpack an archive; what is in it came with the file."""
    letters = call.argv[1] if len(call.argv) > 1 else ""
    words = [call.argv[0], f"-{letters.lstrip('-')}", *call.argv[2:]]
    options, _ = replace(call, argv=words).split("-f", "-C")
    name = options.get("-f", "")
    path = absolute(call.cwd, name)
    if "-x" not in options:
        return call.fail(2, "tar: only unpacking (-x) is modelled")
    found = entry_at(call.tree, path)
    if found is None:
        return call.fail(2, f"tar: {name}: Cannot open: No such file or directory")
    held = call.site.unpacked(found)
    if not held:
        return call.fail(2, "tar: This does not look like a tar archive")
    target = absolute(call.cwd, options.get("-C", "."))
    if not is_directory(call.tree, target):
        return call.fail(2, f"tar: {target}: Cannot open: No such file or directory")
    for entry in held:
        place(call.tree, entry, absolute(target, entry.path.lstrip("/")))
    return 0


def _slow(tool: Callable[[Call], int]) -> Callable[[Call], Work]:
    """Return a tool as the shell calls it: it takes no time of its own."""

    def work(call: Call) -> Work:
        yield 0
        return tool(call)

    return work


TOOLS = {
    name: _slow(tool)
    for name, tool in {
        "mkdir": _mkdir,
        "rm": _rm,
        "rmdir": _rm,
        "cp": _cp,
        "mv": _mv,
        "chmod": _chmod,
        "chown": _chown,
        "touch": _touch,
        "ln": _ln,
        "tar": _tar,
    }.items()
}
