"""A RUN: a container with a shell in it, for as long as the command takes."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.calibration import figure
from simulator.dockerfile import Instruction
from simulator.engine import Work
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.settings import Settings, command_of
from simulator.subsystems.builds.shell.commands import (
    PATH,
    Streams,
    arguments_of,
    drive,
    find_program,
)
from simulator.subsystems.builds.shell.running import Shell
from simulator.subsystems.builds.site import Site
from simulator.subsystems.builds.tools.people import uid_of
from simulator.subsystems.exits import reap
from simulator.subsystems.namespaces import Wanted, unshared

if TYPE_CHECKING:
    from simulator.subsystems.processes import Attempt

_HEREDOC = re.compile(r"\s*<<-?['\"]?[A-Za-z0-9_.]+['\"]?\s*\Z")
_KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "uts")
_EXIT_OF = {"ENOENT": 127, "EACCES": 126}
_NOT_STARTED = 255
"""What a runtime ends with when execve fails for any other reason."""


@dataclass(slots=True)
class Ran:
    """How a RUN ended."""

    status: int
    seq: int
    """The event that it ended with."""


def run(
    site: Site, instruction: Instruction, settings: Settings, cause: int | None
) -> Work:
    """Carry out a RUN; the result is a ``Ran``. Raises BuildError."""
    kernel = site.kernel
    user = settings.user.partition(":")[0]
    uid = uid_of(site.tree, user)
    if uid is None:
        raise BuildError(
            f"unable to find user {user}: no matching entries in passwd file"
        )
    site.online = instruction.flag("network") != "none"
    yield figure("container_runtime") - figure("fork_exec")
    wanted = Wanted(_KINDS, site.tree, site.place)
    number = kernel.new_numbers(len(_KINDS) + 2)
    site.namespaces = unshared(kernel.namespaces, wanted, number)
    words = _words(instruction, settings)
    env = {"PATH": PATH, "HOME": "/root", **settings.variables}
    path = find_program(site, words[0], settings.workdir, env["PATH"]) or words[0]
    attempt: Attempt = yield from kernel.execute(
        path,
        cause=cause,
        root=site.tree,
        place=site.place,
        namespaces=site.namespaces,
        arguments=arguments_of(path, words),
    )
    process = attempt.process
    if process is None:
        return Ran(_EXIT_OF.get(attempt.errno_name, _NOT_STARTED), attempt.seq)
    shell = Shell(site, process, words[0], env, settings.workdir, uid)
    shell.texts = {heredoc.name: heredoc for heredoc in instruction.heredocs}
    status = yield from drive(shell, process, words, env, Streams())
    reap(process)
    return Ran(status, process.state_seq)


def _words(instruction: Instruction, settings: Settings) -> list[str]:
    """Return the command; a heredoc that stands alone is the shell's script."""
    words = list(command_of(settings, instruction))
    alone = _HEREDOC.match(words[-1]) if instruction.heredocs else None
    if alone is not None:
        words[-1] = instruction.heredocs[0].body
    return words
