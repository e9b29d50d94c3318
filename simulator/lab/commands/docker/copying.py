"""``docker cp``: files between a container, running or not, and its client."""

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import decimal
from simulator.lab.commands.docker.engine import DAEMON, find, read_options
from simulator.lab.files import absolute
from simulator.lab.files.tree import EMPTY, copy_program
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.files import DataFile, FileTree, Program
from simulator.subsystems.filesystem import FileError, write

Place = tuple[FileTree, str, str]
"""A tree, a path in it, and whose it is: a container's name, empty for the client."""
BLOCK = 512
"""Files travel in a tar archive: a header of a block for each, and whole blocks."""
BOTH = "copying between containers is not supported"
NEITHER = "must specify at least one container source"


def copy(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Copy a file, or a directory with all that is in it."""
    found = read_options("cp", words, ("a", "archive", "q", "quiet"), status=1)
    if len(found.rest) != 2:  # noqa: PLR2004  from and to
        raise CommandError("docker: 'docker cp' requires 2 arguments")
    source, target = (_place(call, engine, word) for word in found.rest)
    if bool(source[2]) == bool(target[2]):
        raise CommandError(BOTH if source[2] else NEITHER)
    entries = _entries(source)
    base = _base(source, target, found.rest[1])
    for entry in entries:
        _put(target, base + entry.path[len(source[0].at(source[1]).path) :], entry)
    if not found.has("q", "quiet"):
        blocks = sum(1 + -(-_size(entry) // BLOCK) for entry in entries) + 2
        amount = decimal(blocks * BLOCK / 1024)
        call.err(f"Successfully copied {amount} to {found.rest[1]}\n")
    return 0


def _place(call: Call, engine: ContainerEngine, word: str) -> Place:
    name, colon, path = word.partition(":")
    if word == "-":
        raise CommandError("docker: archives from or to '-' are not supported here")
    if not colon or "/" in name:
        return call.view.root, absolute(call.console.cwd, word), ""
    return find(engine, name).root, absolute("/", path), name


def _entries(source: Place) -> list[Program | DataFile]:
    """Return the files at a place; CommandError when there is nothing."""
    tree, inner, _, _, _ = source[0].at(source[1])
    found = tree.under(inner.rstrip("/"))
    if not found:
        raise _missing(source)
    return [tree.files.get(path) or tree.data[path] for path in found]


def _base(source: Place, target: Place, word: str) -> str:
    """Return where the source comes to: in a directory, or under a new name."""
    path = target[1]
    if _is_folder(target[0], path):
        return f"{path.rstrip('/')}/{source[1].rpartition('/')[2]}"
    if word.endswith("/") or not _is_folder(target[0], path.rpartition("/")[0] or "/"):
        raise _missing((target[0], path.rpartition("/")[0], target[2]))
    return path


def _is_folder(root: FileTree, path: str) -> bool:
    if path in {"/", *EMPTY, *root.mounts}:
        return True
    spot = root.at(path)
    return not spot.tree.holds(spot.path) and bool(spot.tree.under(spot.path))


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


def _missing(place: Place) -> CommandError:
    if place[2]:
        log = f"Could not find the file {place[1]} in container {place[2]}"
        return CommandError(f"{DAEMON}{log}")
    return CommandError(f"lstat {place[1]}: no such file or directory")


VERBS = {"cp": copy}
