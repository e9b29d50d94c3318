"""Commands on files: what is there, what it is, and changing that."""

from collections.abc import Iterable

from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.files import (
    File,
    FileError,
    Folder,
    Link,
    Node,
    absolute,
    find,
    read_file,
    remove_file,
    write_file,
)
from simulator.lab.files.cgroups import make_group
from simulator.lab.files.proc import mount_rows
from simulator.lab.files.tree import copy_program, is_there
from simulator.lab.state import PATH
from simulator.lab.userland import look_up
from simulator.subsystems.files import Program
from simulator.subsystems.formats import mount_formats

CGROUPS = "/sys/fs/cgroup/"
FORMATS = {
    "elf": "ELF 64-bit LSB executable, {arch}, version 1 (SYSV), dynamically linked",
    "pe": "PE32+ executable (console) {arch}, for MS Windows",
    "mach-o": "Mach-O 64-bit {arch} executable",
}
ARCHES = {
    "elf": {"x86_64": "x86-64", "aarch64": "ARM aarch64"},
    "pe": {"x86_64": "x86-64", "aarch64": "Aarch64"},
    "mach-o": {"x86_64": "x86_64", "aarch64": "arm64"},
}


def ls(call: Call) -> Answer:
    """List directories."""
    found = options(call.words[1:], "la1hAdRtrFi")
    status = 0
    places = found.rest or ["."]
    for index, name in enumerate(places):
        try:
            node = find(call.view, absolute(call.console.cwd, name), follows=False)
        except FileError as error:
            call.complain(f"cannot access '{name}': {error.text}")
            status = 2
            continue
        if isinstance(node, Link) and not found.has("l"):
            node = _behind(call, name) or node
        if not isinstance(node, Folder) or found.has("d"):
            _list(call, [(name, node)], long=found.has("l"))
            continue
        if len(places) > 1:
            call.out(f"{'' if not index else chr(10)}{name}:\n")
        entries = sorted(node.entries().items(), key=_order)
        shown = [e for e in entries if found.has("a", "A") or not e[0].startswith(".")]
        _list(call, shown, long=found.has("l"))
    return status


def _behind(call: Call, name: str) -> Node | None:
    try:
        return find(call.view, absolute(call.console.cwd, name))
    except FileError:
        return None


def _order(entry: tuple[str, Node]) -> tuple[bool, int, str]:
    name = entry[0]
    return (not name.isdigit(), int(name) if name.isdigit() else 0, name)


def _list(call: Call, entries: Iterable[tuple[str, Node]], *, long: bool) -> None:
    for name, node in entries:
        if not long:
            call.line(name)
            continue
        end = f" -> {node.target}" if isinstance(node, Link) else ""
        call.line(f"{mode_of(node)} 1 root root {size_of(node):>8} {name}{end}")


def mode_of(node: Node) -> str:
    """Return the kind and the permission bits of a node, as ``ls -l`` writes them."""
    if isinstance(node, Folder):
        return "dr-xr-xr-x" if node.is_virtual else "drwxr-xr-x"
    if isinstance(node, Link):
        return "lrwxrwxrwx"
    if node.program is not None:
        return "-rwxr-xr-x" if node.program.executable else "-rw-r--r--"
    can_be_written = node.write is not None or not node.is_virtual
    return "-rw-r--r--" if can_be_written else "-r--r--r--"


def size_of(node: Node) -> int:
    """Return the bytes of a file; what the kernel makes up has none."""
    if not isinstance(node, File) or node.is_virtual:
        return 0
    if node.program is not None:
        return max(node.program.text_kib, 1) * 1024
    return len(node.read().encode())


def file_kind(call: Call) -> Answer:
    """Say what kind of file something is, from its first bytes."""
    for name in options(call.words[1:], "bL").rest:
        try:
            node = find(call.view, absolute(call.console.cwd, name))
        except FileError as error:
            call.line(f"{name}: cannot open `{name}' ({error.text})")
            continue
        call.line(f"{name}: {_described(node)}")
    return 0


def _described(node: Node) -> str:
    if isinstance(node, Folder):
        return "directory"
    if not isinstance(node, File) or node.program is None:
        return "ASCII text"
    return described(node.program)


def described(program: Program) -> str:
    """Return what the first bytes of a program's file tell."""
    if program.format == "script":
        return f"{program.interpreter or 'a'} script, ASCII text executable"
    arch = ARCHES[program.format][program.arch]
    return FORMATS[program.format].format(arch=arch)


def readlink(call: Call) -> Answer:
    """Write where symbolic links lead."""
    status = 0
    for name in options(call.words[1:], "fen").rest:
        try:
            node = find(call.view, absolute(call.console.cwd, name), follows=False)
        except FileError:
            status = 1
            continue
        if isinstance(node, Link):
            call.line(node.target)
        else:
            status = 1
    return status


def chmod(call: Call) -> Answer:
    """Give or take the permission to execute a file."""
    found = list(call.words[1:])
    if len(found) < 2:  # noqa: PLR2004  a mode and a file
        raise CommandError("missing operand")
    mode, *names = found
    for name in names:
        path = absolute(call.console.cwd, name)
        program = call.view.root.files.get(path)
        if program is None:
            if is_there(call.view, path):
                continue
            raise CommandError(f"cannot access '{name}': No such file or directory")
        call.view.root.add(copy_program(program, executable=_allows(mode)))
    return 0


def _allows(mode: str) -> bool:
    if mode.isdigit():
        return any(int(digit) % 2 for digit in mode[-3:])
    if not any(sign in mode for sign in "+-="):
        raise CommandError(f"invalid mode: '{mode}'")
    return "x" in mode and "-" not in mode


def remove(call: Call) -> Answer:
    """Remove files."""
    found = options(call.words[1:], "rfRv")
    status = 0
    for name in found.rest:
        try:
            remove_file(call.view, absolute(call.console.cwd, name))
        except FileError as error:
            if found.has("f") and error.errno_name == "ENOENT":
                continue
            call.complain(f"cannot remove '{name}': {error.text}")
            status = 1
    return status


def touch(call: Call) -> Answer:
    """Make empty files."""
    for name in options(call.words[1:]).rest:
        path = absolute(call.console.cwd, name)
        if is_there(call.view, path):
            continue
        try:
            write_file(call.view, path, "")
        except FileError as error:
            raise CommandError(f"cannot touch '{name}': {error.text}") from error
    return 0


def make_directory(call: Call) -> Answer:
    """Make a control group; other directories are there with what is in them."""
    for name in options(call.words[1:], "pv").rest:
        path = absolute(call.console.cwd, name)
        if not path.startswith(CGROUPS):
            raise CommandError(f"cannot create directory '{name}': Permission denied")
        if is_there(call.view, path):
            raise CommandError(f"cannot create directory '{name}': File exists")
        try:
            make_group(call.view, path.removeprefix(CGROUPS))
        except FileError as error:
            text = f"cannot create directory '{name}': {error.text}"
            raise CommandError(text) from error
    return 0


def copy(call: Call) -> Answer:
    """Copy a file; ``mv`` removes it afterwards."""
    names = options(call.words[1:], "prafv").rest
    if len(names) != 2:  # noqa: PLR2004  from and to
        raise CommandError("missing file operand" if not names else "extra operand")
    source, target = (absolute(call.console.cwd, name) for name in names)
    view = call.view
    try:
        if isinstance(_behind(call, names[1]), Folder):
            target = absolute(target, source.rsplit("/", 1)[-1])
        program = view.root.files.get(source)
        if program is not None:
            view.root.add(copy_program(program, path=target))
        else:
            write_file(view, target, read_file(view, source))
        if call.name == "mv":
            remove_file(view, source)
    except FileError as error:
        raise CommandError(f"cannot stat '{names[0]}': {error.text}") from error
    return 0


def which(call: Call) -> Answer:
    """Write where commands are."""
    status = 0
    for name in options(call.words[1:], "a").rest:
        path = call.console.variables.get("PATH", PATH)
        found = look_up(call.view.root, path, name)
        if found is None:
            status = 1
        else:
            call.line(found)
    return status


def mount(call: Call) -> Answer:
    """List what is mounted in this mount namespace."""
    found = options(call.words[1:], "l", ("t", "o"))
    if found.rest:
        if not call.view.process.credentials.may(
            "SYS_ADMIN", call.view.namespaces.mnt.owner
        ):
            raise CommandError("permission denied.", 32)
        if len(call.words) < 3:  # noqa: PLR2004  what and where
            raise CommandError("bad usage", 1)
        if found.value("t") == "binfmt_misc":
            refused = mount_formats(
                call.view.process.credentials, call.view.kernel.system.version
            )
            if refused:
                raise CommandError(f"{found.rest[-1]}: {refused}.", 32)
        call.view.namespaces.mnt.mounts.append(
            absolute(call.console.cwd, call.words[-1])
        )
        return 0
    for device, place, kind, how in mount_rows(call.view):
        call.line(f"{device} on {place} type {kind} ({how})")
    return 0


COMMANDS = {
    "chmod": chmod,
    "cp": copy,
    "file": file_kind,
    "ls": ls,
    "mkdir": make_directory,
    "mount": mount,
    "mv": copy,
    "readlink": readlink,
    "rm": remove,
    "touch": touch,
    "which": which,
}
