"""Starting programs for a shell: where it looks, and what it says when it cannot."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.engine import Gate
from simulator.lab.files import absolute
from simulator.lab.state import PATH
from simulator.lab.userland import SHELLS, look_up, tool_of
from simulator.subsystems.environment import BARE, Environment
from simulator.subsystems.files import FileTree
from simulator.subsystems.namespaces import Namespaces
from simulator.subsystems.processes import Attempt, Executive, Process
from simulator.subsystems.users import Credentials

NOT_FOUND = 127
NOT_EXECUTABLE = 126
NO_FORK = 254
ERRORS = {
    "EACCES": "Permission denied",
    "ENOEXEC": "cannot execute binary file: Exec format error",
    "ENOENT": "cannot execute: required file not found",
    "ELOOP": "Too many levels of symbolic links",
    "ENOMEM": "fork: Cannot allocate memory",
    "EAGAIN": "fork: retry: Resource temporarily unavailable",
    "EIO": "Input/output error",
}
"""What bash says per errno of execve or fork."""
STATUS = {"ENOENT": NOT_FOUND, "ENOMEM": NO_FORK, "EAGAIN": NO_FORK}
NO_FILE = "no file"
"""The path that was given leads to nothing; execve was not even tried."""


@dataclass(frozen=True, slots=True)
class Where:
    """On which kernel, as whom and with which view a program is to be started."""

    kernel: Executive
    root: FileTree
    place: str
    namespaces: Namespaces
    credentials: Credentials
    parent: Process
    cgroup: Any = None
    operation_ns: int = 0
    environment: Environment = BARE
    path: str = PATH


@dataclass(slots=True)
class Launched:
    """What came of starting a command."""

    process: Process | None = None
    status: int = 0
    word: str = ""
    errno_name: str = ""
    seq: int | None = None


def beside(
    process: Process, environment: Environment | None = None, path: str = PATH
) -> Where:
    """Return where a process starts children of its own."""
    return Where(
        process.kernel,
        process.root,
        process.place,
        process.namespaces,
        process.credentials,
        process,
        process.cgroup,
        process.operation_ns,
        environment or process.environment,
        path,
    )


def inside(process: Process, parent: Process, **changes: Any) -> Where:
    """Return where a program sees what a process sees, as a child of another."""
    return replace(beside(process), parent=parent, **changes)


def launch(where: Where, words: Sequence[str]) -> Generator[int | Gate, None, Launched]:
    """Find the program that a command names, and execute it in a child."""
    word = words[0]
    wanted = absolute(where.environment.directory, word) if "/" in word else word
    path = look_up(where.root, where.path, wanted)
    if path is None:
        return Launched(None, NOT_FOUND, word, NO_FILE if "/" in word else "")
    # What a shell does with its words is the lab's to say, not its program's.
    is_shell = tool_of(where.root.files[path]) in SHELLS
    attempt: Attempt = yield from where.kernel.execute(
        path,
        cause=where.parent.last_seq,
        root=where.root,
        place=where.place,
        operation_ns=where.operation_ns,
        namespaces=where.namespaces,
        credentials=where.credentials,
        cgroup=where.cgroup,
        parent=where.parent,
        environment=where.environment,
        arguments=() if is_shell else tuple(words[1:]),
    )
    if attempt.process is not None:
        attempt.process.arguments = tuple(words[1:])
        return Launched(attempt.process, 0, word, "", attempt.seq)
    status = STATUS.get(attempt.errno_name, NOT_EXECUTABLE)
    return Launched(None, status, word, attempt.errno_name, attempt.seq)


def as_shell_says(shell: str, launched: Launched) -> str:
    """Return the line that a shell prints about a command it could not start."""
    word, errno_name = launched.word, launched.errno_name
    if not errno_name:
        return f"{shell}: {word}: command not found"
    if errno_name == NO_FILE:
        return f"{shell}: {word}: No such file or directory"
    text = ERRORS.get(errno_name, errno_name)
    if text.startswith("fork:"):
        return f"{shell}: {text}"
    return f"{shell}: {word}: {text}"
