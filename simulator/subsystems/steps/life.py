"""Steps of a process's life: work, rest, children, another program, the end."""

from collections.abc import Mapping
from typing import Any

from simulator.engine import Work
from simulator.subsystems.exits import reap
from simulator.subsystems.processes import Attempt, Process

Arguments = Mapping[str, Any]

EXECVE, EXECVP, BY_SHELL = WAYS = ("execve", "execvp", "shell")
"""How a program is asked for: the system call itself, the library's function that
searches and falls back on a shell, or a shell's own way."""
SHELL = "/bin/sh"
NOT_FOUND = 127
"""Exit status of a shell whose command is not there."""
NOT_EXECUTABLE = 126
"""Exit status of a shell whose command is there but cannot be executed."""


def compute(process: Process, arguments: Arguments) -> Work:
    """Use a core for so many milliseconds of bare-metal time, in each thread."""
    permille = process.cpu_permille
    threads = arguments["threads"]
    if threads == 1:
        yield from process.compute(arguments["ms"] * permille)
        return
    engine = process.kernel.platform.engine
    tasks = [
        engine.spawn(process.compute(arguments["ms"] * permille))
        for _ in range(threads)
    ]
    process.tasks += tasks
    yield from tasks


def sleep(process: Process, arguments: Arguments) -> Work:  # noqa: ARG001
    """Let so many milliseconds pass."""
    yield arguments["ms"] * 1000


def leave(process: Process, arguments: Arguments) -> Work:
    """End with a status; without one, with that of the child waited for last."""
    yield 0
    status = arguments.get("status")
    status = process.last_status if status is None else status
    process.kernel.end(
        process,
        exit_status=status,
        cause=process.last_seq,
        log=arguments.get("log", ""),
    )


def fork(process: Process, arguments: Arguments) -> Work:
    """Make children that go on with steps of their own."""
    kernel = process.kernel
    for _ in range(arguments["count"]):
        yield 0
        child = kernel.fork(process, process.last_seq)
        if child is None:
            continue
        process.last_seq = child.start_seq
        kernel.begin(child, arguments["steps"])


def spawn(process: Process, arguments: Arguments) -> Work:
    """Run a program in a child; wait for its end and collect its status if asked."""
    path, words = arguments["path"], arguments.get("arguments", ())
    attempt: Attempt = yield from _child(process, path, words)
    process.last_seq = attempt.seq
    if attempt.errno_name == "ENOEXEC":
        reader = _reader(process, path, arguments.get("through", EXECVE))
        if reader:
            attempt = yield from _child(process, reader, (path, *words))
            process.last_seq = attempt.seq
    child = attempt.process
    if child is None:
        process.last_status = status_of(attempt.errno_name)
        return
    if not arguments["wait"]:
        return
    if child.alive:
        yield child.ended
    process.last_status, process.last_seq = child.exit_status or 0, child.state_seq
    reap(child)


def _child(process: Process, path: str, words: tuple[str, ...]) -> Work:
    """Execute a file in a child that has all else from its parent."""
    return process.kernel.execute(
        path,
        cause=process.last_seq,
        root=process.root,
        place=process.place,
        operation_ns=process.operation_ns,
        namespaces=process.children_in or process.namespaces,
        credentials=process.credentials,
        cgroup=process.cgroup,
        parent=process,
        arguments=words,
    )


def _reader(process: Process, path: str, through: str) -> str:
    """Return the shell that reads a file which the kernel could not execute.

    exec(3): the library's execvp hands any such file to ``/bin/sh``. A shell reads it
    itself when it looks like text. Who calls execve(2) itself gets the error.
    """
    if through == EXECVP:
        return SHELL
    if through != BY_SHELL or process.root.files[path].format != "script":
        return ""
    own = process.image.binary
    return own.path if own.acts_as == "shell" else SHELL


def execute(process: Process, arguments: Arguments) -> Work:
    """Become another program: the same process, a new image."""
    path, words = arguments["path"], arguments.get("arguments", ())
    kernel = process.kernel
    attempt: Attempt = yield from kernel.replace(
        process, path, cause=process.last_seq, arguments=words
    )
    process.last_seq = attempt.seq
    if attempt.errno_name == "ENOEXEC":
        reader = _reader(process, path, arguments.get("through", EXECVE))
        if reader:
            attempt = yield from kernel.replace(
                process, reader, cause=process.last_seq, arguments=(path, *words)
            )
            process.last_seq = attempt.seq
    if attempt.errno_name and process.alive:
        process.last_status = status_of(attempt.errno_name)


def wait_for_children(process: Process, arguments: Arguments) -> Work:  # noqa: ARG001
    """Collect the status of every child, once each has ended."""
    yield 0
    for child in list(process.children):
        if child.alive:
            yield child.ended
        process.last_status = child.exit_status or 0
        reap(child)


def adopt_orphans(process: Process, arguments: Arguments) -> Work:  # noqa: ARG001
    """Become the new parent of all orphans below (PR_SET_CHILD_SUBREAPER)."""
    yield 0
    process.is_subreaper = True


def status_of(errno_name: str) -> int:
    """Return a shell's exit status for a command that it could not execute."""
    return NOT_FOUND if errno_name == "ENOENT" else NOT_EXECUTABLE


STEPS = {
    "compute": compute,
    "sleep": sleep,
    "exit": leave,
    "fork": fork,
    "spawn": spawn,
    "exec": execute,
    "wait_children": wait_for_children,
    "adopt_orphans": adopt_orphans,
}
