"""``binfmt_misc``: formats that were registered with the kernel's loader."""

import re
from collections.abc import Mapping
from functools import partial

from simulator.lab.files.nodes import File, FileError, Folder, Node, text
from simulator.lab.view import View
from simulator.subsystems.formats import formats_of
from simulator.subsystems.loaders import Handler

_FIELDS = 7
MAGIC = (
    (re.compile(r"MZ|\\x4d\\x5a", re.IGNORECASE), "pe"),
    (re.compile(r"(\\x7f|.)ELF|\\x7f\\x45\\x4c\\x46", re.IGNORECASE), "elf"),
)
"""Which format the first bytes of a file tell."""
MACHINES = (
    (re.compile(r"\\xb7", re.IGNORECASE), "aarch64"),
    (re.compile(r"\\x3e", re.IGNORECASE), "x86_64"),
)
"""Which instruction set the machine field of an ELF header tells."""
NAME_OF = {"x86_64": r"\x3e", "aarch64": r"\xb7"}


def binfmt_folder(view: View) -> Folder:
    """Return the folder through which formats are registered."""
    return Folder(partial(_entries, view), is_virtual=True)


def _entries(view: View) -> Mapping[str, Node]:
    kernel = view.kernel
    if "misc" not in kernel.loaders:
        return {}
    found: dict[str, Node] = {
        name: File(partial(_shown, handler), partial(_change, view, name))
        for name, handler in formats_of(view.namespaces.user).items()
    }
    found["register"] = File(str, partial(register, view))
    found["status"] = text("enabled\n")
    return found


def _shown(handler: Handler) -> str:
    flags = "flags: F\n" if handler.opened else "flags: \n"
    magic = "4d5a" if handler.format == "pe" else "7f454c46"
    return (
        f"enabled\ninterpreter {handler.interpreter}\n{flags}offset 0\nmagic {magic}\n"
    )


def _change(view: View, name: str, content: str) -> None:
    """``-1`` takes a registration away."""
    if content.strip() != "-1":
        raise FileError("EINVAL")
    del formats_of(view.namespaces.user)[name]


def register(view: View, content: str) -> None:
    """Read ``:name:M:offset:magic:mask:interpreter:flags`` and register it.

    Raises FileError EINVAL for what the kernel does not take, EEXIST for a name that
    is there, EPERM without the right.
    """
    line = content.strip()
    formats = formats_of(view.namespaces.user)
    first = view.kernel.namespaces.user
    owner = first if formats is formats_of(first) else view.namespaces.user
    if not view.process.credentials.may("SYS_ADMIN", owner):
        raise FileError("EPERM")
    if not line or line.count(line[0]) < _FIELDS:
        raise FileError("EINVAL")
    _, name, kind, _, magic, _, interpreter, *flags = line.split(line[0])
    form = next((form for found, form in MAGIC if found.match(magic)), "")
    if kind != "M" or not form or not name or not interpreter.startswith("/"):
        raise FileError("EINVAL")
    if name in formats:
        raise FileError("EEXIST")
    arch = view.platform.arch
    if form == "elf":
        arch = next((arch for found, arch in MACHINES if found.search(magic)), arch)
    opened = None
    if "F" in "".join(flags):
        opened = view.root.files.get(interpreter)
        if opened is None:
            raise FileError("ENOENT")
    formats[name] = Handler(name, form, arch, interpreter, opened)
    view.lab.engine.record(
        view.kernel.name,
        "register_format",
        cause=view.process.start_seq,
        target=name,
        format=form,
        interpreter=interpreter,
    )
