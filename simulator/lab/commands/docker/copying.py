"""``docker cp``: files between a container, running or not, and its client."""

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import decimal
from simulator.lab.commands.docker.engine import DAEMON, read_options
from simulator.lab.commands.docker.places import (
    Place,
    entries_at,
    is_folder,
    missing,
    place_of,
)
from simulator.lab.files.tree import copy_program
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.files import DataFile, Program
from simulator.subsystems.filesystem import FileError, write

BLOCK = 512
"""Files travel in a tar archive: a header of a block for each, and whole blocks."""
BOTH = "copying between containers is not supported"
NEITHER = "must specify at least one container source"


def copy(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Copy a file, or a directory with all that is in it."""
    found = read_options("cp", words, ("a", "archive", "q", "quiet"), status=1)
    if len(found.rest) != 2:  # noqa: PLR2004  from and to
        raise CommandError("docker: 'docker cp' requires 2 arguments")
    source, target = (place_of(call, engine, word) for word in found.rest)
    if bool(source[2]) == bool(target[2]):
        raise CommandError(BOTH if source[2] else NEITHER)
    entries = entries_at(source)
    base = _base(source, target, found.rest[1])
    for entry in entries:
        _put(target, base + entry.path[len(source[0].at(source[1]).path) :], entry)
    if not found.has("q", "quiet"):
        blocks = sum(1 + -(-_size(entry) // BLOCK) for entry in entries) + 2
        amount = decimal(blocks * BLOCK / 1024)
        call.err(f"Successfully copied {amount} to {found.rest[1]}\n")
    return 0


def _base(source: Place, target: Place, word: str) -> str:
    """Return where the source comes to: in a directory, or under a new name."""
    path = target[1]
    if is_folder(target[0], path):
        return f"{path.rstrip('/')}/{source[1].rpartition('/')[2]}"
    if word.endswith("/") or not is_folder(target[0], path.rpartition("/")[0] or "/"):
        raise missing((target[0], path.rpartition("/")[0], target[2]))
    return path


def _put(target: Place, path: str, entry: Program | DataFile) -> None:
    """Write one file, as root: into an upper directory, a volume or the host."""
    root, _, name = target
    size, content = _size(entry), getattr(entry, "content", "")
    try:
        write(root, path, size, mode="replace", content=content)
    except FileError as error:
        raise CommandError(f"{DAEMON if name else ''}{error}") from error
    if isinstance(entry, Program):
        spot = root.at(path)
        spot.tree.add(copy_program(entry, path=spot.path))


def _size(entry: Program | DataFile) -> int:
    return entry.size if isinstance(entry, DataFile) else entry.text_kib * 1024


VERBS = {"cp": copy}
