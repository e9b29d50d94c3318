"""Commands that are programs: found by their path, run in a child of the shell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.builds.site import Call, Site
from simulator.subsystems.builds.tools import TOOLS
from simulator.subsystems.builds.trees import absolute, entry_at
from simulator.subsystems.exits import reap
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.processes import Process

if TYPE_CHECKING:
    from simulator.subsystems.processes import Attempt

SHELLS = ("sh", "bash", "ash", "dash")
NOT_FOUND = 127
NOT_EXECUTABLE = 126
_SAID = {"ENOENT": "not found", "ENOEXEC": "Exec format error"}
"""What a shell says when execve fails."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a shell looks when nobody says otherwise."""
MOST_OUTPUT = 100_000
"""Letters of output that are kept: no RUN has a use for more."""


@dataclass(slots=True)
class Streams:
    """What a command can read, and where its output goes."""

    stdin: str | None = None
    """None: nothing can be read, it is at its end."""
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)


class Caller(Protocol):
    """A shell, as the commands that it runs know it."""

    site: Site
    process: Process
    name: str
    env: dict[str, str]
    cwd: str
    uid: int
    options: set[str]
    status: int
    left: bool

    def run(self, text: str, streams: Streams) -> Work:
        """Carry out a line, or the lines of a script; the result is the status."""

    def nested(
        self,
        process: Process,
        argv: list[str],
        env: Mapping[str, str],
        streams: Streams,
    ) -> Work:
        """Be another shell in a child process; the result is its status."""


def complain(shell: Caller, streams: Streams, status: int, message: str) -> int:
    """Say what is wrong, as the shell itself does; return the status."""
    streams.err.append(f"{shell.name}: {message}\n")
    engine = shell.site.kernel.platform.engine
    shell.process.last_seq = engine.record(
        shell.site.kernel.name,
        "shell",
        FAILED,
        cause=shell.process.last_seq,
        target=shell.name,
        log=f"{shell.name}: {message}",
    )
    return status


def find_program(site: Site, name: str, cwd: str, search: str) -> str | None:
    """Return the path of a command; None when there is no such file."""
    if "/" in name:
        path = absolute(cwd, name)
        return path if entry_at(site.tree, path) is not None else None
    for directory in search.split(":"):
        path = absolute(absolute(cwd, directory), name)
        if entry_at(site.tree, path) is not None:
            return path
    return None


def execute(
    shell: Caller, argv: list[str], env: Mapping[str, str], streams: Streams
) -> Work:
    """Run a command in a child process; the result is its exit status."""
    site, process = shell.site, shell.process
    path = find_program(site, argv[0], shell.cwd, env.get("PATH", PATH))
    if path is None:
        return _missing(shell, argv[0], streams)
    if path not in site.tree.files:
        message = f"1: {argv[0]}: Permission denied"
        return complain(shell, streams, NOT_EXECUTABLE, message)
    attempt: Attempt = yield from site.kernel.execute(
        path,
        cause=process.last_seq,
        root=site.tree,
        place=site.place,
        namespaces=site.namespaces,
        parent=process,
        arguments=arguments_of(path, argv),
    )
    process.last_seq = attempt.seq
    child = attempt.process
    if child is None:
        said = _SAID.get(attempt.errno_name, attempt.errno_name)
        streams.err.append(f"{shell.name}: 1: {argv[0]}: {said}\n")
        return NOT_FOUND if attempt.errno_name == "ENOENT" else NOT_EXECUTABLE
    status = yield from drive(shell, child, argv, env, streams)
    process.last_seq = child.state_seq
    reap(child)
    return status


def arguments_of(path: str, argv: list[str]) -> tuple[str, ...]:
    """Return what a program gets; shells and tools are driven from here instead."""
    name = path.rpartition("/")[2]
    return () if name in SHELLS or name in TOOLS else tuple(argv[1:])


def drive(
    shell: Caller,
    child: Process,
    argv: list[str],
    env: Mapping[str, str],
    streams: Streams,
) -> Work:
    """Let a process do what its program does; the result is its exit status."""
    kernel = shell.site.kernel
    name = child.program.path.rpartition("/")[2]
    tool = None if child.program.does else TOOLS.get(name)
    if not child.alive:
        return child.exit_status or 0
    if name in SHELLS:
        status = yield from shell.nested(child, argv, env, streams)
        kernel.end(child, exit_status=status, cause=child.last_seq)
    elif tool is not None:
        call = Call(argv, shell.site, child, env, shell.cwd, shell.uid, streams.stdin)
        status = yield from tool(call)
        streams.out += call.out
        streams.err += [f"{message}\n" for message in call.err]
        log = call.err[0] if status and call.err else ""
        kernel.end(child, exit_status=status, cause=child.last_seq, log=log)
    else:
        yield child.ended
    return child.exit_status or 0


def _missing(shell: Caller, name: str, streams: Streams) -> int:
    """No directory of the search path has such a file."""
    site = shell.site
    message = f"{shell.name}: 1: {name}: not found"
    streams.err.append(f"{message}\n")
    shell.process.last_seq = site.kernel.platform.engine.record(
        site.kernel.name,
        "execve",
        FAILED,
        cause=shell.process.last_seq,
        target=name,
        errno=ERRNO["ENOENT"],
        errno_name="ENOENT",
        log=message,
    )
    return NOT_FOUND
