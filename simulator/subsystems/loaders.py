"""execve: which binary loader takes a file, and what is missing when none does.

The kernel asks its loaders in order. Each may decline; when all do, the answer is
ENOEXEC. Loader names are what the ``kernel.<family>.loaders`` mechanisms list.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.subsystems.files import FileTree, Interprets, Program, Runtime

ERRNO = {
    "EPERM": 1,
    "ENOENT": 2,
    "ESRCH": 3,
    "EIO": 5,
    "ENOEXEC": 8,
    "EAGAIN": 11,
    "ENOMEM": 12,
    "EACCES": 13,
    "EEXIST": 17,
    "ENODEV": 19,
    "EINVAL": 22,
    "ENOSPC": 28,
    "EROFS": 30,
    "ENOSYS": 38,
    "ELOOP": 40,
    "ECONNREFUSED": 111,
}
MAX_DEPTH = 5
CR = "\r"


class ExecError(Exception):
    """execve fails: errno by name and what a log would say."""

    def __init__(self, errno_name: str, log: str) -> None:
        self.errno_name = errno_name
        self.errno = ERRNO[errno_name]
        self.log = log
        super().__init__(f"{errno_name}: {log}")


@dataclass(frozen=True, slots=True)
class Handler:
    """A registered binary format: files like these go to this interpreter."""

    name: str
    format: str
    arch: str
    interpreter: str
    opened: Program | None = None
    """The interpreter itself when it was opened at registration (flag F)."""


@dataclass(slots=True)
class Request:
    """One execve on its way through the loaders."""

    arch: str
    """Instruction set of the processor."""
    root: FileTree
    loaders: Sequence[str]
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    compatible: Sequence[str] = ()
    """Other instruction sets whose programs this processor and kernel run, too."""
    depth: int = 0


class Image(NamedTuple):
    """A file that a loader took, ready to become a process."""

    binary: Program
    """What the processor runs: the file, or the interpreter it was handed to."""
    runtime: Runtime
    loader: str
    handed: Program | None = None
    """The file that an interpreter got as its argument."""

    @property
    def is_emulated(self) -> bool:
        """True when a program carries out the instructions of another processor."""
        if self.handed is None or self.loader != "misc":
            return False
        return self.handed.arch != self.binary.arch


Loader = Callable[[Program, Request], Image | None]


def find_image(path: str, request: Request) -> Image:
    """Ask the loaders in order for the file at ``path``; raise ExecError if none."""
    program = request.root.files.get(path)
    if program is None:
        raise ExecError("ENOENT", f"{path.replace(CR, '^M')}: no such file")
    if not program.executable:
        raise ExecError("EACCES", f"{path}: no execute permission")
    return _load(program, request)


def _load(program: Program, request: Request) -> Image:
    if request.depth > MAX_DEPTH:
        raise ExecError("ELOOP", f"{program.path}: too many interpreters in a row")
    for name in request.loaders:
        image = LOADERS[name](program, request)
        if image is not None:
            return image
    raise ExecError(
        "ENOEXEC",
        f"no binary loader claims format {program.format} for {program.arch}"
        f" (asked: {', '.join(request.loaders)})",
    )


def _native(binary_format: str) -> Loader:
    """Return the loader that maps files of one format for this processor."""

    def load(program: Program, request: Request) -> Image | None:
        runs = program.arch == request.arch or program.arch in request.compatible
        if program.format != binary_format or program.truncated or not runs:
            return None
        runtime = request.root.runtime_for(program.api, program.links)
        if runtime is None:
            lacks = f"no libraries here offer {program.api}"
            if program.links:
                lacks = f"linked against {program.links}, which is not here"
            raise ExecError("ENOENT", f"{program.path}: {lacks}")
        return Image(program, runtime, binary_format)

    return load


def _script(program: Program, request: Request) -> Image | None:
    """Hand a script to the interpreter that its first line names."""
    if program.format != "script" or not program.interpreter:
        return None
    request.depth += 1
    ending = CR if program.crlf else ""
    image = find_image(program.interpreter + ending, request)
    return Image(image.binary, image.runtime, "script", handed=program)


def _misc(program: Program, request: Request) -> Image | None:
    """Hand a file to the interpreter that was registered for its format."""
    for handler in request.handlers.values():
        if (handler.format, handler.arch) != (program.format, program.arch):
            continue
        request.depth += 1
        if handler.opened is not None:
            image = _load(handler.opened, request)
        else:
            image = find_image(handler.interpreter, request)
        return Image(image.binary, image.runtime, "misc", handed=program)
    return None


LOADERS: Mapping[str, Loader] = {
    "misc": _misc,
    "script": _script,
    "elf": _native("elf"),
    "pe": _native("pe"),
    "mach-o": _native("mach-o"),
}


def refusal(interprets: Interprets | None, handed: Program) -> str:
    """Return why an interpreter will not run the file handed to it; else empty."""
    if interprets is None or interprets.format != handed.format:
        return f"{handed.path}: not a format that this interpreter reads"
    if interprets.arch != handed.arch:
        return f"{handed.path}: built for {handed.arch}, not for {interprets.arch}"
    if interprets.api != handed.api:
        return f"{handed.path}: needs the {handed.api} API, which is not offered here"
    return ""
