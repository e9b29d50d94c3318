"""Keys of the cache: what has to be equal for a step to be taken as done.

A RUN is known by its text, its variables and what it stands on; what the world looks
like by now is no part of it. COPY and ADD are known by the content of their files;
when those were written is no part of it.
"""

from collections.abc import Iterable

from simulator.dockerfile import Instruction
from simulator.subsystems.builds.copying import Copied
from simulator.subsystems.builds.settings import Settings
from simulator.subsystems.builds.trees import Entry
from simulator.subsystems.containers.images import digest_of
from simulator.subsystems.files import Program


def key_of_run(
    parent: str, instruction: Instruction, settings: Settings, world: str
) -> str:
    """Return the key of a RUN; ``world`` is what else is to count, usually nothing."""
    return digest_of(
        parent,
        "RUN",
        instruction.words,
        instruction.is_exec,
        instruction.flags,
        [(heredoc.name, heredoc.body) for heredoc in instruction.heredocs],
        sorted(settings.variables.items()),
        settings.shell,
        settings.workdir,
        settings.user,
        world,
    )


def key_of_copy(
    parent: str, instruction: Instruction, copied: Iterable[Copied], times: list[int]
) -> str:
    """Return the key of a COPY or ADD; ``times`` is empty unless they are to count."""
    files = [(copy.target, *fingerprint(copy.entry)) for copy in copied]
    return digest_of(parent, instruction.keyword, instruction.flags, files, times)


def key_of_directory(parent: str, path: str) -> str:
    """Return the key of a WORKDIR, which may make a directory."""
    return digest_of(parent, "WORKDIR", path)


def fingerprint(entry: Entry) -> tuple[str, ...]:
    """Return what tells a file's content and nothing else."""
    if isinstance(entry, Program):
        words = (entry.name, entry.format, entry.arch, entry.content)
        return (*words, "x" if entry.executable else "-")
    return (entry.content, str(entry.size))
